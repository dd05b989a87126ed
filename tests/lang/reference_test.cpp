#include <circuit/value/codec.hpp>

#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::HasSubstr;

class ReferenceTest : public ::testing::Test {
 protected:
  ReferenceTest() { there = cluster[0].published<Broker>(cluster[1], object_id); }
  bool all_empty() { return cluster[0].wait_empty() && cluster[1].wait_empty(); }

  Cluster cluster{2};
  std::shared_ptr<Broker> broker = make_broker(cluster[1]);
  Ref<Broker> there;
};

TEST_F(ReferenceTest, AnObjectLivesAsLongAsSomebodyHoldsIt) {
  there.target();
  auto counter = there.call<&Broker::make>();
  EXPECT_EQ(counter.address().id, cluster[1].address().id);
  EXPECT_EQ(cluster[1].node().exports().size(), 1u);
  auto copy = counter;
  EXPECT_EQ(counter.call<&Counter::increment>(), 1);
  counter.reset();
  EXPECT_EQ(copy.call<&Counter::increment>(), 2);
  copy.reset();
  EXPECT_TRUE(broker->gone->wait_for(1)) << "the last reference takes the object with it";
  there = {};
  EXPECT_TRUE(all_empty());
}

TEST_F(ReferenceTest, ReferencesMayStandAnywhereInAValue) {
  Pocket pocket = there.call<&Broker::fill>(5);
  ASSERT_EQ(pocket.counters.size(), 5u);
  EXPECT_EQ(pocket.label, "filled");
  auto own = cluster[0].ref(std::make_shared<Counter>());
  EXPECT_EQ(
      there.call<&Broker::use_all>(pocket, std::vector<std::vector<Ref<Counter>>>{{own, own}, {}, {own}}),
      5 + 6);
  EXPECT_EQ(own.call<&Counter::increment>(), 4);
  pocket = {};
  own = {};
  there = {};
  EXPECT_TRUE(broker->gone->wait_for(5));
  EXPECT_TRUE(all_empty());
}

TEST_F(ReferenceTest, AReferenceSentHomeIsTheObjectItself) {
  auto counter = there.call<&Broker::make>();
  there.call<&Broker::keep>(counter);
  EXPECT_NE(local_servant(broker->kept.target()), nullptr);
  EXPECT_EQ(there.call<&Broker::use>(), 1);
  counter.reset();
  there.call<&Broker::drop>();
  EXPECT_TRUE(broker->gone->wait_for(1));
}

TEST_F(ReferenceTest, AnEmptyReferenceStaysEmpty) {
  there.call<&Broker::keep>(Ref<Counter>());
  EXPECT_FALSE(there.call<&Broker::give>());
}

TEST_F(ReferenceTest, ArgumentsThatAreNotDeliveredGiveTheirReferencesBack) {
  auto own = cluster[0].ref(std::make_shared<Counter>());
  // Refused by the callee: nobody takes the arguments out.
  OutgoingCall unknown(there.target(), 4711, {});
  encode_arguments(unknown.arguments(), own);
  EXPECT_EQ(failure_of([&] { unknown.run(); }).kind, ErrorKind::refused);
  // Never sent.
  {
    OutgoingCall unsent(there.target(), 4711, {});
    encode_arguments(unsent.arguments(), own);
  }
  Failure what = failure_of([&] { there.within(-1ms).call<&Broker::keep>(own); });
  EXPECT_EQ(what.kind, ErrorKind::deadline);
  own = {};
  there = {};
  EXPECT_TRUE(all_empty());
}

TEST_F(ReferenceTest, AReferenceToAnotherInterfaceIsRefused) {
  auto own = cluster[0].ref(std::make_shared<Calculator>());
  OutgoingCall call(there.target(), method_id<Broker, &Broker::keep>(), {}, "keep");
  encode_arguments(call.arguments(), own);
  EXPECT_THAT(failure_of([&] { call.run(); }).text,
              HasSubstr("expected a reference to lang_test::Counter, got one to lang_test::Calculator"));
  own = {};
  there = {};
  EXPECT_TRUE(all_empty());
}

TEST_F(ReferenceTest, AnObjectIsOnlyForThoseThatHoldIt) {
  auto counter = there.call<&Broker::make>();
  std::uint64_t object = counter.target()->object();
  Member& stranger = cluster.add();
  auto guessed = stranger.published<Counter>(cluster[1], object);
  EXPECT_EQ(failure_of([&] { guessed.call<&Counter::increment>(); }).kind, ErrorKind::refused);
}

TEST_F(ReferenceTest, AReferenceCannotStandInPlainBytes) {
  auto own = cluster[0].ref(std::make_shared<Counter>());
  EXPECT_THROW(to_cbor(own), Error);
}

TEST_F(ReferenceTest, AReferenceOfAnotherRuntimeIsRefused) {
  Member& other = cluster.add();
  auto counter = there.call<&Broker::make>();
  auto from_other = other.published<Broker>(cluster[1], object_id);
  EXPECT_EQ(failure_of([&] { from_other.call<&Broker::keep>(counter); }).kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace circuit::lang::testing
