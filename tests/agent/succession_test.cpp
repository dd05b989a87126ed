// Agents and keepers that die: workers, their calls and their anchors live on.
#include <atomic>
#include <csignal>
#include <gmock/gmock.h>
#include <thread>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Succession : public Host {
 protected:
  void SetUp() override { start(); }

  /// A worker whose function runs until it is told to stop.
  spawn::WorkerRecord resident(const std::string& anchor) {
    auto worker = console().spawn({.function = "stay", .anchors = {anchor}, .executable = CIRCUIT_DEEDS});
    EXPECT_TRUE(eventually([&] {
      return read_text(jail(worker.address.id) / "out") == "staying\n" &&
             console().is_live(worker.address.id);
    }));
    return worker;
  }

  /// The worker under an anchor, when it has appeared.
  spawn::WorkerRecord worker_under(const std::string& anchor) {
    spawn::WorkerRecord worker;
    EXPECT_TRUE(eventually([&] {
      auto listing = console().ask(spawn::agent_interface().list, anchor);
      if (listing.has_error() || listing->workers.empty()) return false;
      worker = listing->workers[0];
      return true;
    }));
    return worker;
  }

  std::size_t lines_of(const spawn::WorkerRecord& worker) {
    const std::string out = read_text(jail(worker.address.id) / "out");
    return static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n'));
  }
  void expect_more_lines(const spawn::WorkerRecord& worker) {
    const std::size_t before = lines_of(worker);
    EXPECT_TRUE(eventually([&] { return lines_of(worker) > before + 10; }));
  }
};

TEST_F(Succession, WorkersAndTheirCallsGoOnWithoutAnAgent) {
  Program app({CIRCUIT_DEEDS, "count"});
  const auto counting = worker_under("/counting");
  expect_more_lines(counting);
  const pid_t keeper = keeper_pid(), agent = agent_pid();
  ASSERT_TRUE(stop(keeper));
  ASSERT_EQ(::kill(agent, SIGKILL), 0);
  expect_more_lines(counting);
  ASSERT_EQ(::kill(keeper, SIGCONT), 0);
  await_agent(agent);
  EXPECT_TRUE(eventually([&] { return console().is_live(counting.address.id); }));
  expect_more_lines(counting);
  EXPECT_FALSE(app.has_ended()) << app.err();
}

TEST_F(Succession, AnchorsNeverVanishWhileAgentsAreReplaced) {
  const auto one = resident("/one"), two = resident("/two/below");
  auto tree = console().tree();
  ASSERT_TRUE(tree.has_value());
  ASSERT_EQ(tree->size(), 4u);
  for (int round = 0; round < 5; ++round) {
    const pid_t agent = agent_pid();
    ASSERT_EQ(::kill(agent, SIGKILL), 0);
    bool by_successor = false;
    ASSERT_TRUE(eventually([&] {
      auto seen = console().tree();
      if (!seen || HasFailure()) return HasFailure();
      EXPECT_EQ(*seen, *tree) << "in round " << round;
      auto status = console().ask(spawn::agent_interface().status);
      by_successor = status.has_value() && status->pid != agent;
      return by_successor && console().is_live(one.address.id) && console().is_live(two.address.id);
    }));
    EXPECT_EQ(console().tree(), tree);
  }
  EXPECT_EQ(console().worker(one.address.id)->address.pid, one.address.pid);
  ASSERT_TRUE(console().kill(one.address.id).has_value());
  EXPECT_TRUE(eventually([&] { return console().is_dead(one.address.id); }));
}

TEST_F(Succession, DeathsDuringTheSuccessionLeaveNothingInTheTree) {
  for (int round = 0; round < 5; ++round) {
    const auto worker = resident("/short");
    const pid_t agent = agent_pid();
    // Either may come first: both orders are right.
    ASSERT_EQ(::kill(worker.address.pid, SIGKILL), 0);
    ASSERT_EQ(::kill(agent, SIGKILL), 0);
    await_agent(agent);
    EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
    ASSERT_TRUE(eventually([&] { return console().is_dead(worker.address.id); }));
    EXPECT_EQ(console().worker(worker.address.id)->cause.code, SIGKILL);
  }
}

TEST_F(Succession, ANewKeeperAdoptsTheWorkersOfADeadOne) {
  const auto worker = resident("/kept");
  const pid_t keeper = keeper_pid(), agent = agent_pid();
  ASSERT_EQ(::kill(keeper, SIGKILL), 0);
  ASSERT_TRUE(eventually([&] { return !lives(agent); })) << "an agent must not outlive its keeper";
  EXPECT_TRUE(lives(worker.address.pid));
  ASSERT_TRUE(console().ping(worker.address).has_value());
  start();
  EXPECT_TRUE(eventually([&] { return console().is_live(worker.address.id); }));
  auto tree = console().tree();
  ASSERT_TRUE(tree.has_value());
  EXPECT_EQ(tree->size(), 2u);
  ASSERT_TRUE(console().kill(worker.address.id).has_value());
  EXPECT_TRUE(eventually([&] { return console().is_dead(worker.address.id); }));
  EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
}

TEST_F(Succession, CircuitUpTakesOverAndEndsEverything) {
  const auto worker = resident("/kept");
  const pid_t agent = agent_pid();
  ASSERT_EQ(::kill(keeper_pid(), SIGKILL), 0);
  ASSERT_TRUE(eventually([&] { return !lives(agent); }));
  Program up(circuit_command({"up"}));
  ASSERT_TRUE(eventually([&] { return up.out().find("Ctrl-C") != std::string::npos || up.has_ended(); }))
      << up.err();
  EXPECT_THAT(up.out(), HasSubstr("Took over 1 worker"));
  EXPECT_TRUE(eventually([&] { return console().is_live(worker.address.id); }));
  up.signal(SIGINT);
  EXPECT_EQ(up.wait().status, 0) << up.err();
  EXPECT_THAT(processes_of(directory()), IsEmpty()) << names_of(processes_of(directory()));
}

TEST_F(Succession, CircuitUpReplacesAKeeperThatDies) {
  Program up(circuit_command({"up"}));
  ASSERT_TRUE(eventually([&] { return up.out().find("Ctrl-C") != std::string::npos || up.has_ended(); }))
      << up.err();
  const auto worker = resident("/kept");
  const pid_t agent = agent_pid();
  ASSERT_EQ(::kill(keeper_pid(), SIGKILL), 0);
  await_agent(agent);
  EXPECT_TRUE(eventually([&] { return console().is_live(worker.address.id); }));
  up.signal(SIGTERM);
  EXPECT_EQ(up.wait().status, 0) << up.err();
  EXPECT_THAT(processes_of(directory()), IsEmpty()) << names_of(processes_of(directory()));
}

TEST_F(Succession, AfterTheEndOfEverythingNothingStaleIsLeft) {
  for (int i = 0; i < 3; ++i) resident("/stale");
  for (pid_t pid : processes_of(directory())) ASSERT_TRUE(stop(pid));  // nobody sees anybody die
  ASSERT_TRUE(eventually([&] {
    for (pid_t pid : processes_of(directory())) ::kill(pid, SIGKILL);
    return processes_of(directory()).empty();
  }));
  start();
  EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
  auto status = console().ask(spawn::agent_interface().status);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->workers, 0u);
  EXPECT_TRUE(eventually([&] { return held_jails() == 0; }));
  // Those of the agent and of this test.
  EXPECT_TRUE(eventually([&] { return socket_files().size() == 2; }))
      << ::testing::PrintToString(socket_files());
}

}  // namespace
}  // namespace circuit::support
