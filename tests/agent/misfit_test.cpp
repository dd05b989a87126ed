// Executables and functions that do not do what they should: one clear sentence, and nothing left behind.
#include <gmock/gmock.h>
#include <iostream>
#include <sys/stat.h>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Misfit : public Host {
 protected:
  void SetUp() override { start(); }
  void TearDown() override {
    EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
        << names_of(processes_of(directory()));
    EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
    EXPECT_TRUE(eventually([&] { return socket_files().size() == 2; }))
        << ::testing::PrintToString(socket_files());
  }

  void expect_refused(const std::string& executable, const std::string& why) {
    auto started = console().start(executable, {"/misfit"});
    ASSERT_TRUE(started.has_error());
    EXPECT_THAT(started.error().text, AllOf(HasSubstr(executable), HasSubstr(why)));
    EXPECT_EQ(started.error().kind, ErrorKind::refused);
  }
  /// Runs a shell command that must fail, and returns its one line of error.
  std::string complaint_of(std::vector<std::string> arguments) {
    const Outcome outcome = circuit(std::move(arguments));
    EXPECT_NE(outcome.status, 0);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    return outcome.err;
  }
};

TEST_F(Misfit, ExecutableThatIsMissing) { expect_refused("/nowhere/program", "No such file"); }

TEST_F(Misfit, ExecutableThatIsNone) {
  write_text(directory() / "text", "just a text");
  expect_refused(directory() / "text", "Permission denied");
  expect_refused(directory(), "Permission denied");
}

TEST_F(Misfit, ExecutableWithARelativePath) { expect_refused("bin/program", "absolute"); }

TEST_F(Misfit, ProgramThatKnowsNothingOfCircuit) {
  auto started = console().start("/bin/true", {"/misfit"});
  ASSERT_TRUE(started.has_value()) << started.error().text;
  EXPECT_TRUE(eventually([&] { return console().is_dead(started->address.id); }));
  EXPECT_EQ(console().worker(started->address.id)->cause.text, "exited with 0");
  auto ping = console().ping(started->address);
  ASSERT_TRUE(ping.has_error());
  EXPECT_EQ(ping.error().kind, ErrorKind::dead);
}

TEST_F(Misfit, WorkerThatCrashesAtItsStartIsDeadToItsSpawner) {
  const Outcome outcome = run({CIRCUIT_CRASHER});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err,
              AllOf(StartsWith("dead: "), HasSubstr("exited with 7"), HasSubstr("the licence has expired")));
}

TEST_F(Misfit, WorkerThatCrashesAtItsStartIsDeadToTheShell) {
  EXPECT_THAT(complaint_of({"spawn", "localhost", "-x", CIRCUIT_CRASHER, "answer"}),
              AllOf(HasSubstr("dead"), HasSubstr("exited with 7")));
}

/// Slow: a worker has ten seconds to say hello.
TEST_F(Misfit, WorkerThatSaysNothingIsEndedInTime) {
  const std::filesystem::path script = directory() / "silent";
  write_text(script, "#!/bin/sh\nexec sleep 1000\n");
  ASSERT_EQ(::chmod(script.c_str(), 0700), 0);
  const auto begin = Steady::now();
  auto started = console().start(script, {"/misfit"});
  ASSERT_TRUE(started.has_value()) << started.error().text;
  ASSERT_TRUE(console().kill(started->address.id, SIGCONT).has_value());
  EXPECT_EQ(console().worker(started->address.id)->state, spawn::WorkerState::starting);
  EXPECT_TRUE(eventually([&] { return console().is_dead(started->address.id); }));
  const auto record = console().worker(started->address.id);
  EXPECT_EQ(record->cause.kind, spawn::CauseKind::silent);
  EXPECT_THAT(record->cause.text, HasSubstr("said nothing in time"));
  EXPECT_GE(Steady::now() - begin, 9s);

  // It has no functions, which is found out once and held against nobody.
  static_cast<void>(console().ask(spawn::agent_interface().functions));
  const auto second = Steady::now();
  EXPECT_TRUE(console().ask(spawn::agent_interface().functions).has_value());
  EXPECT_LT(Steady::now() - second, 4s);
}

TEST_F(Misfit, ExecutableThatSaysNothingOfItsFunctionsHoldsNobodyUp) {
  const std::filesystem::path script = directory() / "silent";
  write_text(script, "#!/bin/sh\nexec sleep 1000\n");
  ASSERT_EQ(::chmod(script.c_str(), 0700), 0);
  auto started = console().start(script);
  ASSERT_TRUE(started.has_value());
  ASSERT_TRUE(console().kill(started->address.id, SIGKILL).has_value());
  Program asking(circuit_command({"functions"}));
  // Its own process and those of the silent executable: the agent asks it just now.
  ASSERT_TRUE(eventually([&] { return processes_of(directory()).size() >= 4; }));
  const auto begin = Steady::now();
  auto spawned = console().start(CIRCUIT_DEEDS);
  EXPECT_TRUE(spawned.has_value());
  ASSERT_TRUE(console().kill(spawned->address.id, SIGKILL).has_value());
  EXPECT_FALSE(asking.has_ended());
  EXPECT_LT(Steady::now() - begin, 4s);
  EXPECT_EQ(asking.wait().status, 0);
}

TEST_F(Misfit, FunctionThatThrows) {
  const Outcome outcome = circuit({"spawn", "localhost", "-x", CIRCUIT_DEEDS, "fail", "too far"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("too far"));
}

TEST_F(Misfit, FunctionThatEndsTheProcess) {
  const Outcome outcome = circuit({"spawn", "localhost", "-x", CIRCUIT_DEEDS, "leave", "3"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("dead"), HasSubstr("exited with 3")));
}

TEST_F(Misfit, RequestsThatMakeNoSense) {
  EXPECT_THAT(complaint_of({"spawn", "localhost", "gret", "x"}),
              AllOf(HasSubstr("'gret'"), HasSubstr("greet")));
  EXPECT_THAT(complaint_of({"spawn", "nowhere", "greet", "x"}), HasSubstr("unknown host 'nowhere'"));
  EXPECT_THAT(complaint_of({"spawn", "localhost", "burn", "soon"}),
              AllOf(HasSubstr("seconds"), HasSubstr("soon")));
  EXPECT_THAT(complaint_of({"spawn", "localhost", "greet", "a", "b"}), HasSubstr("takes 1 argument, got 2"));
  EXPECT_THAT(complaint_of({"spawn", "localhost", "greet"}),
              AllOf(HasSubstr("argument 1 (name)"), HasSubstr("text")));
  EXPECT_THAT(complaint_of({"spawn", "localhost", "-a", "no/slash", "greet", "x"}), HasSubstr("no/slash"));
  EXPECT_THAT(complaint_of({"spawn", "localhost", "-x", "/nowhere/program", "greet", "x"}),
              HasSubstr("/nowhere/program"));
  EXPECT_THAT(complaint_of({"ls", "nonsense"}), HasSubstr("'nonsense'"));
}

}  // namespace
}  // namespace circuit::support
