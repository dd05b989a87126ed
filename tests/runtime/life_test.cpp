#include <csignal>
#include <gmock/gmock.h>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class Life : public Host {
 protected:
  static WorkerId id_in(const std::string& text) {
    return WorkerId::parse(text.substr(0, 17)).value_or(WorkerId());
  }

  /// Starts a part of the program and waits for the id that it prints.
  std::unique_ptr<Program> part(const std::string& name) {
    auto program = std::make_unique<Program>(std::vector<std::string>{CIRCUIT_LIFE, name});
    EXPECT_TRUE(
        eventually([&] { return program->out().find('\n') != std::string::npos || program->has_ended(); }));
    id_ = id_in(program->out());
    EXPECT_TRUE(id_) << program->err();
    return program;
  }
  std::string said() { return read_text(jail(id_) / "out"); }

  WorkerId id_;
};

TEST_F(Life, ADaemonCannotDaemonizeAgainAndStays) {
  const Outcome outcome = run({CIRCUIT_LIFE, "daemonize"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, EndsWith("invalid: the worker is daemonized already\n"));
  EXPECT_TRUE(eventually([&] { return console().is_live(id_in(outcome.out)); }));
}

TEST_F(Life, ADaemonOutlivesItsSpawner) {
  auto spawner = part("daemon");
  EXPECT_EQ(spawner->wait().status, 0) << spawner->err();
  EXPECT_FALSE(lives(spawner->pid()));
  write_text(jail(id_) / "question", "");
  EXPECT_TRUE(eventually([&] { return said() == "still here\n"; })) << said();
  EXPECT_TRUE(console().is_live(id_));
  EXPECT_TRUE(console().ping(console().worker(id_)->address).has_value());
  EXPECT_EQ(circuit({"ls", "/daemon"}).out, "/daemon/" + id_.string() + "\n");
  ASSERT_TRUE(console().kill(id_).has_value());
  EXPECT_TRUE(eventually([&] { return console().is_dead(id_); }));
}

TEST_F(Life, WorkInBackKeepsAWorkerUntilItIsKilled) {
  auto program = part("back");
  ASSERT_TRUE(eventually([&] { return said() == "in back of " + id_.string() + "\n"; })) << said();
  EXPECT_TRUE(eventually([&] { return console().is_live(id_); }));
  ASSERT_TRUE(console().kill(id_).has_value());
  ASSERT_TRUE(eventually([&] { return console().is_dead(id_); }));
  EXPECT_THAT(said(), EndsWith("stop requested\n"));
}

TEST_F(Life, WorkInBackKeepsAWorkerNoLongerThanItLasts) {
  auto program = part("work");
  EXPECT_TRUE(eventually([&] { return console().is_live(id_); }));
  write_text(jail(id_) / "permission", "");
  ASSERT_TRUE(eventually([&] { return console().is_dead(id_); }));
  EXPECT_EQ(console().worker(id_)->cause.text, "exited with 0");
}

TEST_F(Life, WorkInBackEndsWithTheSpawner) {
  auto program = part("back");
  ASSERT_TRUE(eventually([&] { return !said().empty(); }));
  program->signal(SIGKILL);
  ASSERT_TRUE(eventually([&] { return console().is_dead(id_); }));
  EXPECT_THAT(said(), EndsWith("stop requested\n"));
}

TEST_F(Life, AnAppCanKillItsWorker) {
  auto program = part("kill");
  ASSERT_TRUE(eventually([&] { return console().is_dead(id_); }));
  EXPECT_THAT(said(), EndsWith("stop requested\n"));
  EXPECT_THAT(console().worker(id_)->cause.text, HasSubstr("exited with 0, as R"));
}

/// Slow: it outlasts the deadline of ordinary calls.
TEST_F(Life, AWorkerFunctionHasNoDeadline) {
  const Outcome outcome = run({CIRCUIT_LIFE, "long"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "took long\n");
}

TEST_F(Life, AnAppThatIsKilledWhileItSpawnsLeavesNoOrphan) {
  start();
  for (int round = 0; round < 3; ++round) {
    Program program({CIRCUIT_LIFE, "spawn for ever"});
    ASSERT_TRUE(eventually([&] { return !console().tree()->empty() || program.has_ended(); }))
        << program.err();
    program.signal(SIGKILL);
    program.wait();
  }
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << names_of(processes_of(directory()));
  EXPECT_TRUE(eventually([&] { return held_jails() == 0; }));
  EXPECT_TRUE(eventually([&] { return socket_files().size() == 2; }))
      << ::testing::PrintToString(socket_files());
}

}  // namespace
}  // namespace circuit::support
