// Many lives leave nothing behind.
#include <csignal>
#include <gmock/gmock.h>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

class Leak : public Host {
 protected:
  void SetUp() override { start(); }

  struct Traces {
    std::size_t processes, agent_descriptors, keeper_descriptors, held_jails;
    std::vector<std::string> sockets;
    /// What is let go a moment after it was counted is no leak.
    bool is_within(const Traces& before) const {
      return processes == before.processes && agent_descriptors <= before.agent_descriptors &&
             keeper_descriptors <= before.keeper_descriptors && held_jails == before.held_jails &&
             sockets == before.sockets;
    }
    friend std::ostream& operator<<(std::ostream& out, const Traces& t) {
      return out << t.processes << " processes, " << t.agent_descriptors << " descriptors of the agent, "
                 << t.keeper_descriptors << " of the keeper, " << t.held_jails << " held jails, "
                 << t.sockets.size() << " sockets";
    }
  };
  Traces traces() {
    return {processes_of(directory()).size(), open_descriptors(agent_pid()), open_descriptors(keeper_pid()),
            held_jails(), socket_files()};
  }
  /// What is there when no worker lives.
  Traces quiet() {
    EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }));
    return traces();
  }

  /// Whether the agent has heard from a worker that it runs its function.
  bool a_function_runs() {
    auto listing = console().ask(spawn::agent_interface().list, std::string("/host/localhost"));
    return listing.has_value() && !listing->workers.empty() && !listing->workers[0].arguments.empty();
  }

  void expect_dead(WorkerId id) {
    ASSERT_TRUE(eventually([&] { return console().is_dead(id); })) << id.string();
  }
};

TEST_F(Leak, WorkersThatAreSpawnedAndKilledInALoopLeaveNothing) {
  const int rounds = is_long() ? 200 : 50;
  Traces before{};
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    const auto worker = console().spawn({.function = "sleep", .arguments = "[3600]", .anchors = {"/leak"}});
    const WorkerId id = worker.address.id;
    switch (round % 4) {
      case 0: ASSERT_TRUE(console().kill(id).has_value()); break;
      case 1: ASSERT_TRUE(console().kill(id, SIGKILL).has_value()); break;
      case 2: ASSERT_EQ(::kill(worker.address.pid, SIGKILL), 0); break;
      case 3: ASSERT_EQ(::kill(worker.address.pid, SIGTERM), 0); break;
    }
    expect_dead(id);
    // The first rounds open what stays open.
    if (round == 7) before = quiet();
  }
  EXPECT_TRUE(eventually([&] { return traces().is_within(before); }))
      << "before: " << before << "\nnow: " << traces();
  EXPECT_EQ(console().tree(), std::vector<std::string>());
}

TEST_F(Leak, ABurstOfWorkersLeavesNothing) {
  const auto first = console().start(CIRCUIT_DEEDS, {"/burst"});
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(console().kill(first->address.id, SIGKILL).has_value());
  expect_dead(first->address.id);
  const Traces before = quiet();
  std::vector<WorkerId> burst;
  for (int i = 0; i < 24; ++i) {
    auto started = console().start(CIRCUIT_DEEDS, {"/burst"});
    ASSERT_TRUE(started.has_value()) << started.error().text;
    burst.push_back(started->address.id);
  }
  for (WorkerId id : burst) ASSERT_TRUE(console().kill(id, SIGKILL).has_value());
  for (WorkerId id : burst) expect_dead(id);
  EXPECT_TRUE(eventually([&] { return traces().is_within(before); }))
      << "before: " << before << "\nnow: " << traces();
}

TEST_F(Leak, ConsolesThatAreKilledLeaveNoSocket) {
  const auto before = socket_files();
  for (int i = 0; i < 3; ++i) {
    Program shell(circuit_command({"spawn", "localhost", "-a", "/shell", "sleep", "3600"}));
    ASSERT_TRUE(eventually([&] { return a_function_runs() || shell.has_ended(); })) << shell.err();
    shell.signal(SIGKILL);
    shell.wait();
    // Its worker is told to stop, for nobody waits for it any more.
    EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
  }
  EXPECT_TRUE(eventually([&] { return socket_files() == before; }))
      << ::testing::PrintToString(socket_files());
}

TEST_F(Leak, AppsThatAreKilledLeaveNoSocket) {
  const auto before = socket_files();
  Program app({CIRCUIT_DEEDS, "stay"});
  ASSERT_TRUE(eventually([&] { return a_function_runs() || app.has_ended(); })) << app.err();
  app.signal(SIGKILL);
  app.wait();
  EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
  EXPECT_TRUE(eventually([&] { return socket_files() == before; }))
      << ::testing::PrintToString(socket_files());
}

}  // namespace
}  // namespace circuit::support
