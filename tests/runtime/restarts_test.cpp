// Workers with a restart policy, as real processes.
#include <csignal>
#include <gmock/gmock.h>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Restarts : public Host {
 protected:
  /// How often the function has run.
  std::string runs() const { return read_text(file()); }
  std::string file() const { return (directory() / "runs").string(); }

  /// Those that stand in the tree under that anchor and live.
  std::vector<spawn::WorkerRecord> living(const std::string& anchor) {
    auto listing = console().ask(spawn::agent_interface().list, anchor);
    return listing.has_value() ? listing->workers : std::vector<spawn::WorkerRecord>();
  }
  std::optional<spawn::WorkerRecord> await_other(const std::string& anchor, WorkerId former) {
    std::optional<spawn::WorkerRecord> found;
    EXPECT_TRUE(eventually([&] {
      for (const auto& worker : living(anchor))
        if (worker.address.id != former && worker.state == spawn::WorkerState::live) found = worker;
      return found.has_value();
    }));
    return found;
  }
  static Outcome run_part(const std::string& part, const std::string& file) {
    return run({CIRCUIT_RESTARTS, part, file});
  }
};

TEST_F(Restarts, ASpawnReturnsTheFirstResultWhicheverWorkerGaveIt) {
  const Outcome outcome = run_part("try hard", file());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "1\n");
  EXPECT_EQ(runs(), "4\n");
}

TEST_F(Restarts, BeyondTheLimitTheLastFailureComesWithTheCrashLoop) {
  const Outcome outcome = run_part("give up", file());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("failed: run 3 failed"),
                                 HasSubstr("a crash loop: started again 2 times within 60 s")));
  EXPECT_EQ(runs(), "3\n");
  auto observed = console().ask(spawn::agent_interface().observe, std::uint64_t{0}, std::uint64_t{0}, 0u);
  ASSERT_TRUE(observed.has_value());
  std::size_t loops = 0;
  for (const auto& worker : observed->changed) loops += worker.cause.kind == spawn::CauseKind::crash_loop;
  EXPECT_EQ(loops, 1u);
  EXPECT_THAT(living("/hopeless"), IsEmpty());
}

TEST_F(Restarts, ADaemonIsStartedAgainUnderItsAnchorsAlsoWhenItsSpawnerIsGoneAndItsAgentReplaced) {
  const Outcome outcome = run_part("serve", file());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  auto first = await_other("/service", {});
  ASSERT_TRUE(first);
  ASSERT_EQ(::kill(first->address.pid, SIGKILL), 0);
  auto second = await_other("/service", first->address.id);
  ASSERT_TRUE(second);
  EXPECT_TRUE(eventually([&] { return runs() == "2\n"; }));
  EXPECT_EQ(console().worker(second->address.id)->function, "serve");

  const pid_t former = agent_pid();
  ::kill(former, SIGKILL);
  await_agent(former);
  ASSERT_EQ(::kill(second->address.pid, SIGSEGV), 0);
  auto third = await_other("/service", second->address.id);
  ASSERT_TRUE(third);
  EXPECT_TRUE(eventually([&] { return runs() == "3\n"; }));

  // Whoever kills it through Circuit does not want another.
  ASSERT_TRUE(console().kill(third->address.id, SIGKILL).has_value());
  ASSERT_TRUE(eventually([&] { return console().is_dead(third->address.id); }));
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << names_of(processes_of(directory()));
  EXPECT_EQ(runs(), "3\n");
}

TEST_F(Restarts, AWorkerThatIsNotDaemonizedIsStartedAgainAsLongAsItsSpawnerLives) {
  Program program({CIRCUIT_RESTARTS, "stay", file()});
  ASSERT_TRUE(eventually([&] { return program.out().ends_with('\n') || program.has_ended(); }))
      << program.err();
  auto first = await_other("/bound", {});
  ASSERT_TRUE(first);
  ASSERT_EQ(::kill(first->address.pid, SIGKILL), 0);
  auto second = await_other("/bound", first->address.id);
  ASSERT_TRUE(second);
  EXPECT_TRUE(eventually([&] { return runs() == "2\n"; }));
  program.signal(SIGKILL);
  ASSERT_TRUE(eventually([&] { return console().is_dead(second->address.id); }));
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << names_of(processes_of(directory()));
  EXPECT_EQ(runs(), "2\n");
}

TEST_F(Restarts, ReferencesCannotBeKeptForARestart) {
  const Outcome outcome = run_part("channel", file());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("invalid: a reference can stand in"));
}

TEST_F(Restarts, TheShellTakesAPolicy) {
  start();
  auto spawn = [&](const std::string& policy, const std::string& function) {
    return circuit({"spawn", "localhost", "-x", CIRCUIT_RESTARTS, "--restart", policy, function, file()});
  };
  Outcome outcome = spawn("on=failure,at-most=5,within=60s", "try_hard");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("done by R"));
  EXPECT_EQ(runs(), "4\n");
  outcome = spawn("at-most=1", "always_fail");
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.err, HasSubstr("a crash loop: started again 1 time within 60 s"));
  outcome = spawn("on=rain", "try_hard");
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.err, HasSubstr("'on=rain' is not on=failure or on=always"));
  outcome = spawn("within=60", "try_hard");
  EXPECT_THAT(outcome.err, HasSubstr("is not within= and a time such as 60s"));
}

}  // namespace
}  // namespace circuit::support
