#include "lang/objects.hpp"
#include "lang/process_servant.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::HasSubstr;

/// A (0) gives C (2) references to objects of B (1).
class HandoverTest : public ::testing::Test {
 protected:
  HandoverTest() {
    for (std::size_t i = 0; i < 4; ++i) brokers.push_back(make_broker(cluster[i]));
    b = cluster[0].published<Broker>(cluster[1], object_id);
    c = cluster[0].published<Broker>(cluster[2], object_id);
  }
  bool all_empty() {
    b = c = {};
    for (std::size_t i = 0; i < 4; ++i)
      if (!cluster[i].wait_empty()) return false;
    return true;
  }

  Cluster cluster{4};
  std::vector<std::shared_ptr<Broker>> brokers;
  Ref<Broker> b, c;
};

TEST_F(HandoverTest, TheReceiverHoldsTheObjectWhenTheGiverHasLetGo) {
  auto counter = b.call<&Broker::make>();
  c.call<&Broker::keep>(counter);
  counter.reset();
  EXPECT_EQ(c.call<&Broker::use>(), 1);
  EXPECT_TRUE(cluster[0].wait([&] { return cluster[0].node().handovers().size() == 0; }));
  EXPECT_EQ(brokers[1]->gone->value(), 0);
  EXPECT_EQ(c.call<&Broker::use>(), 2);
  c.call<&Broker::drop>();
  EXPECT_TRUE(brokers[1]->gone->wait_for(1));
  EXPECT_TRUE(all_empty());
}

TEST_F(HandoverTest, GivenTwiceItIsHeldOnceMoreAndLetGoOfOnce) {
  auto counter = b.call<&Broker::make>();
  for (int i = 0; i < 10; ++i) c.call<&Broker::keep>(counter);
  auto back = c.call<&Broker::give>();
  EXPECT_EQ(back.target(), counter.target()) << "one process, one import";
  counter.reset();
  back.reset();
  c.call<&Broker::drop>();
  EXPECT_TRUE(brokers[1]->gone->wait_for(1));
  EXPECT_TRUE(all_empty());
}

TEST_F(HandoverTest, AReferenceMayBePassedOnBeforeItIsSettled) {
  auto d = cluster[2].published<Broker>(cluster[3], object_id);
  for (int i = 1; i <= 50; ++i) {
    auto counter = b.call<&Broker::make>();
    brokers[2]->kept = {};
    c.call<&Broker::keep>(counter);
    counter.reset();
    auto d_of_a = cluster[0].published<Broker>(cluster[3], object_id);
    c.call<&Broker::pass_on_and_drop>(d_of_a);
    EXPECT_EQ(d_of_a.call<&Broker::use>(), 1);
    d_of_a.call<&Broker::drop>();
    ASSERT_TRUE(brokers[1]->gone->wait_for(i));
  }
  d = {};
  EXPECT_TRUE(all_empty());
}

TEST_F(HandoverTest, ClaimsNeedAGiverThatHolds) {
  auto counter = b.call<&Broker::make>();
  std::uint64_t object = counter.target()->object();
  auto claim = [&](std::vector<std::uint64_t> givers) {
    auto process =
        cluster[2].node().imports().fixed(cluster[2].peer(cluster[1]), fixed_object::process, "process");
    OutgoingCall call(process, ProcessServant::claim_id(), {}, "claim");
    encode_arguments(call.arguments(), object, givers);
    call.run();
  };
  Failure what = failure_of([&] { claim({0xbad}); });
  EXPECT_EQ(what.kind, ErrorKind::refused);
  EXPECT_THAT(what.text, HasSubstr("R0000000000000bad holds no reference to object"));
  EXPECT_EQ(failure_of([&] { claim({}); }).kind, ErrorKind::invalid);
  EXPECT_EQ(failure_of([&] { claim(std::vector<std::uint64_t>(17, 1)); }).kind, ErrorKind::invalid);
  claim({0xbad, cluster[0].address().id.value});
  EXPECT_EQ(cluster[1].node().exports().size(), 1u);
}

TEST_F(HandoverTest, WhenTheGiverIsDeadTheClaimNamesIt) {
  auto counter = b.call<&Broker::make>();
  c.call<&Broker::drop>();
  // C receives a reference of which A's hold is gone by the time it is claimed: B has seen A die.
  Address owner = cluster[1].address();
  std::uint64_t object = counter.target()->object();
  cluster[0].kill();
  ASSERT_TRUE(cluster[1].wait([&] { return cluster[1].died.size() == 1; }));
  ASSERT_TRUE(cluster[2].wait([&] { return cluster[2].died.size() == 1; }));
  TargetPointer target;
  on_loop(cluster[2].loop(), [&] {
    target = cluster[2].node().imports().handed_over(cluster[2].peer(cluster[0]), owner, object,
                                                     "lang_test::Counter", 1, {});
  });
  Failure what = failure_of([&] {
    for (int i = 0; i < 2; ++i) Ref<Counter>(target).call<&Counter::increment>();
  });
  EXPECT_TRUE(what.kind == ErrorKind::dead || what.kind == ErrorKind::refused) << what.text;
  what = failure_of([&] { Ref<Counter>(target).call<&Counter::increment>(); });
  EXPECT_EQ(what.kind, ErrorKind::dead);
  EXPECT_THAT(what.text, HasSubstr(cluster[0].address().id.string()));
}

TEST_F(HandoverTest, ALateReferenceOfTheOwnerMendsAClaimThatFailed) {
  std::uint64_t object = 0;
  auto real = brokers[1]->make();
  brokers[1]->kept = real;
  auto first = b.call<&Broker::give>();
  object = first.target()->object();
  TargetPointer target;
  on_loop(cluster[2].loop(), [&] {
    target = cluster[2].node().imports().handed_over(cluster[2].peer(cluster[3]), cluster[1].address(),
                                                     object, "lang_test::Counter", 1, {});
  });
  EXPECT_THROW(Ref<Counter>(target).call<&Counter::increment>(), Error);
  auto b_of_c = cluster[2].published<Broker>(cluster[1], object_id);
  auto given = b_of_c.call<&Broker::give>();
  EXPECT_EQ(given.target(), target);
  EXPECT_EQ(Ref<Counter>(target).call<&Counter::increment>(), 1);
}

}  // namespace
}  // namespace circuit::lang::testing
