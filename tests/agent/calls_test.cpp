// Calls in flight, read from the workers' memory: also from that of one that is stopped.
#include "monitor/calls.hpp"

#include <csignal>
#include <gmock/gmock.h>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

using monitor::Call;
using monitor::CallPhase;
using ::testing::SizeIs;

class CallsInFlight : public Host {
 protected:
  void SetUp() override { start(); }

  std::vector<Call> calls(const std::vector<WorkerId>& of = {}) {
    auto report = console().ask(spawn::agent_interface().calls, of);
    EXPECT_TRUE(report.has_value()) << report.error().text;
    return report.has_value() ? monitor::join_ends(*report).calls : std::vector<Call>();
  }
  /// The worker under an anchor.
  WorkerId worker_under(const std::string& anchor) {
    auto listing = console().ask(spawn::agent_interface().list, anchor);
    return listing.has_value() && listing->workers.size() == 1 ? listing->workers[0].address.id : WorkerId();
  }
  /// Two calls, the second within the first, that both run.
  bool both_run() {
    seen_ = calls();
    return seen_.size() == 2 && seen_[0].phase == CallPhase::running && seen_[1].phase == CallPhase::running;
  }

  std::vector<Call> seen_;
};

TEST_F(CallsInFlight, ShowBothEndsMethodArgumentsAndWhatIsNestedInWhat) {
  Program app({CIRCUIT_RELAY, "600"});
  ASSERT_TRUE(eventually([&] { return both_run() || app.has_ended(); })) << app.err();
  const WorkerId resting = worker_under("/relay/first"), sleeper = worker_under("/relay/second");
  ASSERT_THAT(seen_, SizeIs(2));
  const Call &outer = seen_[0], &inner = seen_[1];
  EXPECT_EQ(outer.callee, resting);
  EXPECT_EQ(outer.method, "rest_elsewhere");
  EXPECT_EQ(outer.depth, 0u);
  EXPECT_EQ(inner.caller, resting);
  EXPECT_EQ(inner.callee, sleeper);
  EXPECT_EQ(inner.method, "Sleeper.rest");
  EXPECT_EQ(inner.arguments, "[600]");
  EXPECT_EQ(inner.depth, 1u);
  EXPECT_EQ(inner.parent_caller, outer.caller);
  EXPECT_EQ(inner.parent_id, outer.id);
  EXPECT_GT(inner.thread, 0);
  EXPECT_GE(inner.started_wall_ns, outer.started_wall_ns);

  EXPECT_THAT(calls({sleeper}), SizeIs(1));
  EXPECT_THAT(calls({resting}), SizeIs(2));
  ASSERT_TRUE(console().kill(sleeper, SIGKILL).has_value());
  EXPECT_TRUE(eventually([&] { return calls().empty(); }));
}

TEST_F(CallsInFlight, OfAStoppedWorkerAreShownAsWell) {
  Program app({CIRCUIT_RELAY, "600"});
  ASSERT_TRUE(eventually([&] { return both_run() || app.has_ended(); })) << app.err();
  const auto sleeper = console().worker(worker_under("/relay/second"));
  ASSERT_TRUE(sleeper.has_value());
  ASSERT_TRUE(stop(sleeper->address.pid));
  EXPECT_TRUE(both_run());
  EXPECT_EQ(::kill(sleeper->address.pid, SIGCONT), 0);
}

TEST_F(CallsInFlight, GoWhenTheyEnd) {
  Program app({CIRCUIT_RELAY, "2"});
  EXPECT_TRUE(eventually([&] { return both_run() || app.has_ended(); }));
  EXPECT_EQ(app.wait().status, 0) << app.err();
  EXPECT_TRUE(eventually([&] { return calls().empty(); }));
}

TEST_F(CallsInFlight, AreStillReadableByTheNextAgent) {
  Program app({CIRCUIT_RELAY, "600"});
  ASSERT_TRUE(eventually([&] { return both_run() || app.has_ended(); })) << app.err();
  const pid_t agent = agent_pid();
  ASSERT_EQ(::kill(agent, SIGKILL), 0);
  await_agent(agent);
  EXPECT_TRUE(eventually([&] { return both_run(); }));
}

}  // namespace
}  // namespace circuit::support
