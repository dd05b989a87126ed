// Workers without a function, spawns by template and on several hosts, and spawners that die half-way.
#include <csignal>
#include <gmock/gmock.h>
#include <sstream>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Starts : public Host {
 protected:
  /// Starts a part of the program and waits for the id that it prints.
  std::unique_ptr<Program> part(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CIRCUIT_STARTS);
    auto program = std::make_unique<Program>(std::move(arguments));
    EXPECT_TRUE(
        eventually([&] { return program->out().find('\n') != std::string::npos || program->has_ended(); }));
    id_ = WorkerId::parse(program->out().substr(0, 17)).value_or(WorkerId());
    EXPECT_TRUE(id_) << program->err();
    return program;
  }
  bool dies() {
    return eventually([&] { return console().is_dead(id_); });
  }
  std::string err() { return read_text(jail(id_) / "err"); }

  WorkerId id_;
};

TEST_F(Starts, AStartedWorkerRunsFunctionsAfterEachOtherAndEndsWhenItIsReleased) {
  auto program = part({"run"});
  ASSERT_TRUE(dies());
  EXPECT_EQ(program->out(), id_.string() + "\none 1\ntwo 2\na lambda, too\n");
  EXPECT_EQ(console().worker(id_)->cause.text, "exited with 0");
}

/// Slow: it lives for longer than a worker that waits for its function may.
TEST_F(Starts, AStartedWorkerLivesWithoutAFunctionUntilItsStarterDies) {
  auto program = part({"start"});
  EXPECT_FALSE(eventually([&] { return console().is_dead(id_); }, 11s));
  program->signal(SIGKILL);
  ASSERT_TRUE(dies());
  EXPECT_THAT(err(), HasSubstr("the spawner is dead"));
  EXPECT_EQ(console().worker(id_)->cause.text, "exited with 0");
}

TEST_F(Starts, AStartedWorkerCanBeKilled) {
  auto program = part({"start"});
  ASSERT_TRUE(console().kill(id_).has_value());
  ASSERT_TRUE(dies());
  EXPECT_THAT(console().worker(id_)->cause.text, HasSubstr("exited with 0, as"));
}

TEST_F(Starts, AStartedWorkerThatIsBusyEndsAfterItsGraceWhenItsStarterDies) {
  auto program = part({"start and run"});
  ASSERT_TRUE(eventually([&] { return read_text(jail(id_) / "out") == "runs\n"; }));
  program->signal(SIGKILL);
  ASSERT_TRUE(dies());
  EXPECT_THAT(err(), HasSubstr("the spawner is dead"));
}

/// Slow: this is how long a worker waits.
TEST_F(Starts, ASpawnerThatDiesBeforeTheFunctionIsCalledLeavesNoOrphan) {
  auto program = part({"half-way", CIRCUIT_STARTS});
  EXPECT_TRUE(eventually([&] { return console().is_live(id_); }));
  program->signal(SIGKILL);
  ASSERT_TRUE(dies());
  EXPECT_EQ(console().worker(id_)->cause.text, "exited with 1");
  EXPECT_THAT(err(), HasSubstr("no function came within 10 s"));
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << names_of(processes_of(directory()));
}

TEST_F(Starts, ASpawnOnSeveralHostsRunsOnAllAtOnceAndLosesNoResultWhenOneFails) {
  const Outcome outcome = run({CIRCUIT_STARTS, "all"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "localhost: met\nnowhere: unreachable\nlocalhost: met\n");
}

TEST_F(Starts, AFunctionWithoutTheMacroIsSpawnedAsATemplateArgument) {
  const Outcome outcome = run({CIRCUIT_STARTS, "template"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "1\nnamed 1\n");
}

TEST_F(Starts, ADeathIsToldWithItsCause) {
  const Outcome outcome = run({CIRCUIT_STARTS, "deaths"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("0\nkilled 9: \ntold: killed by SIGKILL, as R"));
  EXPECT_THAT(outcome.out, HasSubstr("exited 0: \nagain: exited with 0\nsignalled 6: "));
  EXPECT_THAT(outcome.out, EndsWith("dead\nexited 7: leaves\n"));
}

TEST_F(Starts, TheDeathOfAnAppIsToldToo) {
  Program app({CIRCUIT_STARTS, "app"});
  ASSERT_TRUE(eventually([&] { return app.out().ends_with('\n') || app.has_ended(); })) << app.err();
  std::istringstream said(app.out());
  std::string id, incarnation, endpoint;
  said >> id >> incarnation >> endpoint;
  Program watcher({CIRCUIT_STARTS, "death of an app", id, incarnation, endpoint});
  ASSERT_TRUE(eventually([&] { return watcher.out() == "waits\n" || watcher.has_ended(); })) << watcher.err();
  app.signal(SIGKILL);
  EXPECT_THAT(watcher.wait().out, HasSubstr("lost 0: "));
}

TEST_F(Starts, ADeathIsToldByTheNextAgentWhenTheFirstIsKilled) {
  auto program = part({"start and watch"});
  ASSERT_TRUE(eventually([&] { return program->out().find("waits\n") != std::string::npos; }));
  const pid_t former = agent_pid();
  ::kill(former, SIGKILL);
  await_agent(former);
  ASSERT_TRUE(console().kill(id_, SIGKILL).has_value());
  EXPECT_THAT(program->wait().out, EndsWith("killed 9: \n"));
}

/// In the original only the caller panicked, and the worker had been started by then.
TEST_F(Starts, AnUnregisteredFunctionIsRefusedBeforeAnyWorkerIsStarted) {
  start();
  const Outcome outcome = run({CIRCUIT_STARTS, "unregistered"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("invalid: the function is not registered: add CIRCUIT_FUNCTION"));
  EXPECT_TRUE(std::filesystem::is_empty(directory() / "jail"));
}

}  // namespace
}  // namespace circuit::support
