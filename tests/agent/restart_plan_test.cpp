// Whether a worker is started again, and when.
#include "agent/restart_plan.hpp"

#include <gmock/gmock.h>

#include "base/limits.hpp"

namespace circuit::agent {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;
using spawn::CauseKind;

class RestartPlans : public ::testing::Test {
 protected:
  RestartPlans() {
    plan_.order.function_id = 1;
    plan_.order.restart = {RestartOn::failure, 3, 60s};
  }
  /// A worker that was started at `from` and ended at `until`, in seconds.
  RestartDecision ends(std::uint64_t from, std::uint64_t until, CauseKind kind = CauseKind::signalled,
                       std::int32_t code = 11) {
    spawn::WorkerRecord record;
    record.started_wall_ns = from * 1'000'000'000;
    record.died_wall_ns = until * 1'000'000'000;
    record.cause = {kind, code, {}};
    return decide_restart(plan_, record);
  }

  RestartPlan plan_;
};

TEST_F(RestartPlans, AFailureIsWhatDidNotEndAsAProgramShould) {
  EXPECT_TRUE(ends(0, 1).after);
  EXPECT_TRUE(ends(0, 100, CauseKind::exited, 1).after);
  EXPECT_TRUE(ends(0, 200, CauseKind::silent, 9).after);
  EXPECT_TRUE(ends(0, 300, CauseKind::lost, 0).after);
  EXPECT_FALSE(ends(0, 400, CauseKind::exited, 0).after);
  EXPECT_FALSE(ends(0, 500, CauseKind::killed, 9).after);
  plan_.order.restart.on = RestartOn::always;
  EXPECT_TRUE(ends(0, 600, CauseKind::exited, 0).after);
  EXPECT_FALSE(ends(0, 700, CauseKind::killed, 9).after);
}

TEST_F(RestartPlans, MoreRestartsThanThePolicyCountsAreACrashLoop) {
  for (std::uint64_t at = 0; at < 3; ++at) EXPECT_TRUE(ends(at, at + 1).after);
  const RestartDecision last = ends(4, 5);
  EXPECT_FALSE(last.after);
  EXPECT_TRUE(last.crash_loop);
  EXPECT_EQ(describe_restarts(plan_), "started again 3 times within 60 s");
}

TEST_F(RestartPlans, OldRestartsNoLongerCount) {
  for (std::uint64_t at = 0; at < 1000; at += 25) EXPECT_TRUE(ends(at, at + 25).after) << at;
}

TEST_F(RestartPlans, ThePauseDoublesUpToItsLimitAndBeginsAnewAfterALongLife) {
  plan_.order.restart.at_most = 100;
  std::vector<std::chrono::nanoseconds> pauses;
  for (std::uint64_t at = 0; at < 12; ++at) pauses.push_back(*ends(at, at + 1).after);
  EXPECT_EQ(pauses.front(), limits::restart_back_off_first);
  EXPECT_EQ(pauses[1], 2 * limits::restart_back_off_first);
  EXPECT_EQ(pauses.back(), limits::restart_back_off_last);
  EXPECT_EQ(*ends(12, 80).after, limits::restart_back_off_first);
}

TEST_F(RestartPlans, APolicyOfZeroRestartsIsACrashLoopAtOnce) {
  plan_.order.restart.at_most = 0;
  EXPECT_TRUE(ends(0, 1).crash_loop);
}

TEST_F(RestartPlans, AnOrderThatCannotBeKeptIsRefused) {
  EXPECT_TRUE(check_restart(plan_.order).has_value());
  auto refused = [&](auto change) {
    spawn::SpawnOrder order = plan_.order;
    change(order);
    return check_restart(order).has_error();
  };
  EXPECT_TRUE(refused([](auto& order) { order.function_id = 0; }));
  EXPECT_TRUE(refused([](auto& order) { order.restart.within = 0ms; }));
  EXPECT_TRUE(refused([](auto& order) { order.restart.at_most = limits::restarts_at_most + 1; }));
  EXPECT_TRUE(refused([](auto& order) { order.restart.on = static_cast<RestartOn>(7); }));
  EXPECT_TRUE(refused([](auto& order) { order.arguments.resize(limits::restart_argument_bytes + 1); }));
}

TEST_F(RestartPlans, WhatIsKeptComesBackWithAndWithoutAPlan) {
  spawn::WorkerRecord record, back;
  record.function = "serve";
  plan_.daemonized = true;
  plan_.restarts_wall_ns = {1, 2};
  std::optional<RestartPlan> plan;
  ASSERT_TRUE(decode_kept(encode_kept(record, &plan_), back, plan));
  EXPECT_EQ(back, record);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->daemonized);
  EXPECT_THAT(plan->restarts_wall_ns, ElementsAre(1u, 2u));
  EXPECT_EQ(plan->order.restart, plan_.order.restart);
  plan.reset();
  ASSERT_TRUE(decode_kept(encode_kept(record, nullptr), back, plan));
  EXPECT_EQ(back, record);
  EXPECT_FALSE(plan);
  std::string error;
  EXPECT_FALSE(decode_kept(bytes_of("nonsense"), back, plan, &error));
  EXPECT_FALSE(error.empty());
}

}  // namespace
}  // namespace circuit::agent
