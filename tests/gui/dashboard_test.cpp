#include "model/dashboard.hpp"

#include <atomic>
#include <gtest/gtest.h>

#include "gui/stage.hpp"

namespace circuit::gui::testing {
namespace {

class State : public ::testing::Test {
 protected:
  StillClock clock;
  FakeCluster cluster;
  std::atomic<int> wakes = 0;
  std::optional<Dashboard> state{std::in_place, cluster, clock, [this] { ++wakes; }};
};

TEST_F(State, WakesForEachChangeAndTakesInTheNewest) {
  cluster.change({worker(1)});
  cluster.change({worker(2)});
  EXPECT_EQ(wakes, 2);
  state->take_in();
  EXPECT_EQ(state->visible().size(), 2U);
}

TEST_F(State, ReadsCallsOnlyWhileSomebodyLooks) {
  EXPECT_EQ(cluster.call_watchers(), 0U);
  state->set_looked_at(true);
  state->set_looked_at(true);
  EXPECT_EQ(cluster.call_watchers(), 1U);
  cluster.change_calls(calls(workers(2), 3));
  state->take_in();
  EXPECT_EQ(state->calls.size(), 3U);
  state->set_looked_at(false);
  EXPECT_EQ(cluster.call_watchers(), 0U);
  state->take_in();
  EXPECT_EQ(state->calls.size(), 0U);
}

TEST_F(State, ALargeTableIsBroughtUpToDateTenTimesASecond) {
  cluster.change(workers(3000));
  state->take_in();
  EXPECT_TRUE(state->is_up_to_date());
  cluster.change({worker(1)});
  state->take_in();
  EXPECT_FALSE(state->is_up_to_date());
  EXPECT_EQ(state->workers.size(), 3000U);
  clock.at_ns += 100'000'000;
  state->take_in();
  EXPECT_TRUE(state->is_up_to_date());
  EXPECT_EQ(state->workers.size(), 3001U);
}

TEST_F(State, TheSelectedWorkerIsKeptAsItWasLastSeen) {
  cluster.change({worker(1)});
  state->take_in();
  state->select(WorkerId{1});
  state->toggle_mark(WorkerId{1});
  cluster.change({}, {WorkerId{1}});
  state->take_in();
  ASSERT_TRUE(state->selected_worker());
  EXPECT_TRUE(state->selected_is_gone());
  EXPECT_TRUE(state->marks().empty());
  EXPECT_TRUE(state->targets().empty());
}

TEST_F(State, AnOutcomeThatComesAfterTheEndHarmsNobody) {
  monitor::FunctionOutcome late;
  cluster.on_spawn = [&](const auto&, monitor::FunctionOutcome outcome) {
    late = std::move(outcome);
    return worker(5);
  };
  cluster.change({worker(1)});
  state->take_in();
  state->spawn_form.functions = functions();
  state->send_spawn();
  EXPECT_TRUE(support::eventually([&] {
    state->take_in();
    return state->spawn_form.stage == SpawnForm::Stage::running;
  }));
  state.reset();
  late(WorkerId{5}, std::string("1"));
}

TEST_F(State, TheEndWaitsForWhatRuns) {
  std::atomic<bool> began = false, ended = false;
  cluster.on_kill = [&](const auto&) -> Result<void> {
    began = true;
    support::eventually([&] { return wakes > 1'000'000; }, std::chrono::milliseconds(50));
    ended = true;
    return {};
  };
  cluster.change({worker(1)});
  state->take_in();
  state->select_row(0);
  state->ask_to_kill();
  state->send_kills();
  ASSERT_TRUE(support::eventually([&] { return began.load(); }));
  state.reset();
  EXPECT_TRUE(ended);
}

TEST_F(State, TooMuchAtOnceIsSaid) {
  std::atomic<bool> go = false;
  cluster.on_spawn = [&](const auto&, auto) -> Result<spawn::WorkerRecord> {
    support::eventually([&] { return go.load(); });
    return worker(1);
  };
  state->take_in();
  state->spawn_form.functions = functions();
  int sent = 0;
  while (state->spawn_form.stage != SpawnForm::Stage::failed && sent < 1000) {
    state->spawn_form.stage = SpawnForm::Stage::editing;
    state->send_spawn();
    ++sent;
  }
  EXPECT_EQ(state->spawn_form.failure.kind, ErrorKind::overloaded);
  EXPECT_LT(sent, 100);
  go = true;
  state.reset();
}

}  // namespace
}  // namespace circuit::gui::testing
