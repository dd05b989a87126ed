#include "monitor/model.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "monitor/records.hpp"

namespace circuit::monitor {
namespace {

using spawn::WorkerState;
using testing::at;
using testing::change;
using testing::dead_worker;
using testing::second_ns;
using testing::whole;
using testing::worker;

WorkerState state_of(const Snapshot& snapshot, std::uint64_t id) {
  return snapshot.workers.at(WorkerId{id})->state;
}

TEST(Model, StartsEmptyAndKeepsItsSnapshotWhileNothingChanges) {
  Model model;
  auto first = model.snapshot();
  ASSERT_NE(first, nullptr);
  EXPECT_TRUE(first->workers.empty());
  EXPECT_EQ(model.snapshot(), first);
}

TEST(Model, PublishesANewSnapshotThatSharesTheRecordsThatDidNotChange) {
  Model model;
  model.observe("localhost", whole(1, {worker(1), worker(2)}), at(1));
  auto before = model.snapshot();
  model.observe("localhost", change(1, 2, {worker(2, WorkerState::suspect)}), at(1));
  auto after = model.snapshot();
  EXPECT_GT(after->sequence, before->sequence);
  EXPECT_EQ(after->workers.at(WorkerId{1}), before->workers.at(WorkerId{1}));
  EXPECT_EQ(state_of(*before, 2), WorkerState::live) << "a published snapshot never changes";
  EXPECT_EQ(state_of(*after, 2), WorkerState::suspect);
}

TEST(Model, ForgetsWhatAnAgentRemoves) {
  Model model;
  model.observe("localhost", whole(1, {worker(1), worker(2)}), at(1));
  model.observe("localhost", change(1, 2, {}, {WorkerId{1}, WorkerId{77}}), at(1));
  EXPECT_EQ(model.snapshot()->workers.size(), 1u);
}

TEST(Model, KeepsADeadWorkerForThreeSecondsAndThenDropsIt) {
  Model model;
  model.observe("localhost", whole(1, {worker(1), worker(2)}), at(10));
  EXPECT_EQ(model.next_expiry_ns(), 0u);
  model.observe("localhost", change(1, 2, {dead_worker(1, at(12).wall_ns)}), at(12));
  EXPECT_EQ(model.next_expiry_ns(), 15 * second_ns);
  model.expire(15 * second_ns - 1);
  EXPECT_EQ(state_of(*model.snapshot(), 1), WorkerState::dead);
  EXPECT_EQ(model.snapshot()->workers.at(WorkerId{1})->cause.code, 3);
  model.expire(15 * second_ns);
  EXPECT_FALSE(model.snapshot()->workers.contains(WorkerId{1}));
  EXPECT_EQ(model.next_expiry_ns(), 0u);
}

TEST(Model, KeepsADeadWorkerItsTimeThoughTheAgentHasForgottenIt) {
  Model model;
  model.observe("localhost", whole(1, {worker(1)}), at(10));
  model.observe("localhost", change(1, 2, {dead_worker(1, at(10).wall_ns)}), at(10));
  model.observe("localhost", change(1, 3, {}, {WorkerId{1}}), at(11));
  model.observe("localhost", whole(1, {}), at(11));
  EXPECT_TRUE(model.snapshot()->workers.contains(WorkerId{1}));
  model.expire(at(13).now_ns);
  EXPECT_TRUE(model.snapshot()->workers.empty());
}

TEST(Model, DoesNotShowTheDeathsOfLongAgo) {
  Model model;
  model.observe("localhost", whole(1, {dead_worker(1, at(2).wall_ns), dead_worker(2, at(99).wall_ns)}),
                at(100));
  EXPECT_FALSE(model.snapshot()->workers.contains(WorkerId{1}));
  EXPECT_TRUE(model.snapshot()->workers.contains(WorkerId{2}));
}

TEST(Model, DoesNotLetALateRecordUndoADeath) {
  Model model;
  model.observe("localhost", whole(1, {dead_worker(1, at(1).wall_ns)}), at(1));
  model.observe("localhost", change(1, 2, {worker(1)}), at(1));
  EXPECT_EQ(state_of(*model.snapshot(), 1), WorkerState::dead);
}

TEST(Model, ReplacesTheWorkersOfAHostWhenItsAgentIsANewRun) {
  Model model;
  model.observe("a", whole(1, {worker(1), worker(2)}), at(1));
  model.observe("b", whole(7, {worker(3)}), at(1));
  spawn::Observation other_run = change(2, 1, {worker(2), worker(4)});
  model.observe("a", other_run, at(2));
  auto now = model.snapshot();
  EXPECT_FALSE(now->workers.contains(WorkerId{1}));
  EXPECT_TRUE(now->workers.contains(WorkerId{2}));
  EXPECT_TRUE(now->workers.contains(WorkerId{3})) << "another host's workers stay";
  EXPECT_TRUE(now->workers.contains(WorkerId{4}));
  EXPECT_EQ(model.position("a").epoch, 2u);
  EXPECT_EQ(model.position("nowhere").epoch, 0u);
}

TEST(Model, DoesNotLetOneAgentSpeakForTheWorkersOfAnother) {
  Model model;
  model.observe("a", whole(1, {worker(1)}), at(1));
  model.observe("b", whole(1, {dead_worker(1, at(1).wall_ns)}), at(1));
  model.observe("b", change(1, 2, {}, {WorkerId{1}}), at(1));
  EXPECT_EQ(state_of(*model.snapshot(), 1), WorkerState::live);
}

TEST(Model, TakesNoMoreWorkersOfOneAgentThanAnAgentMayHave) {
  Model model;
  std::vector<spawn::WorkerRecord> flood;
  for (std::uint64_t id = 1; id <= limits::workers_per_agent + 10; ++id) flood.push_back(worker(id));
  flood.push_back(worker(0));
  model.observe("a", whole(1, flood), at(1));
  EXPECT_EQ(model.snapshot()->workers.size(), limits::workers_per_agent);
}

TEST(Model, ShowsTheLivingAsSuspectWhileTheirAgentIsNotHeard) {
  Model model;
  model.observe("a", whole(1, {worker(1), dead_worker(2, at(1).wall_ns)}), at(1));
  model.disconnected("a", "connection refused");
  auto lost = model.snapshot();
  EXPECT_EQ(state_of(*lost, 1), WorkerState::suspect);
  EXPECT_EQ(state_of(*lost, 2), WorkerState::dead);
  ASSERT_EQ(lost->hosts.size(), 1u);
  EXPECT_FALSE(lost->hosts[0].connected);
  EXPECT_EQ(lost->hosts[0].trouble, "connection refused");
  EXPECT_EQ(lost->hosts[0].heard_wall_ns, at(1).wall_ns);
  model.disconnected("a", "connection refused");
  EXPECT_EQ(model.snapshot(), lost) << "nothing new";
  model.connected("a", at(2));
  auto again = model.snapshot();
  EXPECT_EQ(state_of(*again, 1), WorkerState::live);
  EXPECT_TRUE(again->hosts[0].trouble.empty());
}

TEST(Model, ForgetsAHostWithItsWorkers) {
  Model model;
  model.observe("a", whole(1, {worker(1)}), at(1));
  model.observe("b", whole(1, {worker(2)}), at(1));
  model.forget("a");
  model.forget("never known");
  auto now = model.snapshot();
  EXPECT_EQ(now->hosts.size(), 1u);
  EXPECT_EQ(now->workers.size(), 1u);
  model.observe("b", change(1, 2, {worker(1)}), at(2));
  EXPECT_TRUE(model.snapshot()->workers.contains(WorkerId{1})) << "the id belongs to nobody any more";
}

}  // namespace
}  // namespace circuit::monitor
