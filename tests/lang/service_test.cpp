#include <circuit/acid.hpp>
#include <circuit/detail/service.hpp>

#include "lang/objects.hpp"

namespace lang_test {

struct Reporter {
  std::string stat() { return "all is well"; }
};
struct Grumbler {
  std::string stat() { throw std::runtime_error("no"); }
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Reporter, stat);
CIRCUIT_INTERFACE(lang_test::Grumbler, stat);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ServiceTest : public ::testing::Test {
 protected:
  void offer(const std::string& name, std::shared_ptr<Counter> counter) {
    listen(there.node(), name, there.ref(std::move(counter)).target());
  }
  Ref<Acid> acid() { return dial(here.node(), there.address(), "acid").as<Acid>(); }

  std::shared_ptr<Count> gone = std::make_shared<Count>();
  Cluster cluster{2};
  Member& here = cluster[0];
  Member& there = cluster[1];
};

TEST_F(ServiceTest, IsDialledByItsName) {
  offer("counter", std::make_shared<Counter>());
  auto counter = dial(here.node(), there.address(), "counter").as<Counter>();
  EXPECT_EQ(counter.call<&Counter::increment>(), 1);
  EXPECT_EQ(dial(here.node(), there.address(), "counter").call<int>("increment"), 2);
  auto at_home = dial(there.node(), there.address(), "counter").as<Counter>();
  EXPECT_EQ(at_home.call<&Counter::increment>(), 3);
}

TEST_F(ServiceTest, ThatIsNotThereIsRefusedAndTriedInVain) {
  Failure what = failure_of([&] { dial(here.node(), there.address(), "nothing"); });
  EXPECT_EQ(what.kind, ErrorKind::refused);
  EXPECT_THAT(what.text, AllOf(HasSubstr(there.address().string()), HasSubstr("\"nothing\"")));
  EXPECT_FALSE(try_dial(here.node(), there.address(), "nothing"));
  EXPECT_FALSE(try_dial(here.node(), here.address(), "nothing"));
}

TEST_F(ServiceTest, OfAnotherClassIsRefusedByNamingBoth) {
  offer("counter", std::make_shared<Counter>());
  X found = dial(here.node(), there.address(), "counter");
  Failure what = failure_of([&] { found.as<Calculator>(); });
  EXPECT_EQ(what.kind, ErrorKind::invalid);
  EXPECT_THAT(what.text, AllOf(HasSubstr("lang_test::Calculator"), HasSubstr("lang_test::Counter")));
}

TEST_F(ServiceTest, AnErrorOfATryComesThrough) {
  there.kill();
  EXPECT_EQ(failure_of([&] { try_dial(here.node(), there.address(), "acid"); }).kind, ErrorKind::dead);
  EXPECT_EQ(failure_of([&] { try_dial(here.node(), Address(), "acid"); }).kind, ErrorKind::invalid);
}

TEST_F(ServiceTest, ANameIsGivenOnce) {
  offer("counter", std::make_shared<Counter>());
  EXPECT_EQ(failure_of([&] { offer("counter", std::make_shared<Counter>()); }).kind, ErrorKind::invalid);
  EXPECT_EQ(failure_of([&] { offer("", std::make_shared<Counter>()); }).kind, ErrorKind::invalid);
  EXPECT_EQ(failure_of([&] { offer(std::string(257, 'x'), std::make_shared<Counter>()); }).kind,
            ErrorKind::invalid);
  unlisten(there.node(), "counter");
  unlisten(there.node(), "counter");
  offer("counter", std::make_shared<Counter>());
}

TEST_F(ServiceTest, AnObjectOfAnotherProcessIsNoService) {
  offer("counter", std::make_shared<Counter>());
  X counter = dial(here.node(), there.address(), "counter");
  EXPECT_EQ(failure_of([&] { listen(here.node(), "counter", counter.target()); }).kind, ErrorKind::invalid);
}

TEST_F(ServiceTest, ADialIsCountedAndPinsNothing) {
  auto counter = std::make_shared<Counter>();
  counter->gone = gone;
  offer("counter", std::move(counter));
  {
    X first = dial(here.node(), there.address(), "counter");
    X second = dial(here.node(), there.address(), "counter");
    EXPECT_EQ(there.node().exports().size(), 1u);
    unlisten(there.node(), "counter");
    EXPECT_EQ(second.call<int>("increment"), 1) << "whoever holds it keeps it";
    EXPECT_EQ(gone->value(), 0);
  }
  EXPECT_TRUE(gone->wait_for(1));
  EXPECT_TRUE(there.wait_empty());
}

// -- acid ---------------------------------------------------------------------------------------------------

TEST_F(ServiceTest, AcidAnswersAPing) {
  acid().call<&Acid::ping>();
  dial(here.node(), here.address(), "acid").as<Acid>().call<&Acid::ping>();
}

TEST_F(ServiceTest, AcidTellsWhatTheProcessDoes) {
  auto service = acid();
  Statistics before = service.call<&Acid::statistics>();
  EXPECT_EQ(before.exports, 1u) << "the reference to acid itself";
  EXPECT_GE(before.incoming.in_flight, 1u);
  EXPECT_GT(before.resident_bytes, 1'000'000u);
  for (int i = 0; i < 10; ++i) service.call<&Acid::ping>();
  EXPECT_THROW(service.call<&Acid::stat>("nothing"), Error);
  Statistics after = service.call<&Acid::statistics>();
  EXPECT_EQ(after.incoming.started - before.incoming.started, 12u);
  EXPECT_EQ(after.incoming.answered - before.incoming.answered, 11u);
  EXPECT_EQ(after.incoming.failed - before.incoming.failed, 1u);
}

TEST_F(ServiceTest, AcidCallsTheStatOfAService) {
  listen(there.node(), "reporter", there.ref(std::make_shared<Reporter>()).target());
  listen(there.node(), "grumbler", there.ref(std::make_shared<Grumbler>()).target());
  offer("counter", std::make_shared<Counter>());
  auto service = acid();
  EXPECT_EQ(service.call<&Acid::stat>("reporter"), "all is well");
  auto text_of = [&](const std::string& name) {
    return failure_of([&] { service.call<&Acid::stat>(name); }).text;
  };
  EXPECT_THAT(text_of("nothing"), HasSubstr("no service \"nothing\""));
  EXPECT_THAT(text_of("grumbler"), HasSubstr("no"));
  EXPECT_THAT(text_of("counter"), HasSubstr("it has lang_test::Counter.increment()->i32"));
  EXPECT_THAT(text_of("acid"), HasSubstr("it has circuit::Acid.ping()->void"));
}

}  // namespace
}  // namespace circuit::lang::testing
