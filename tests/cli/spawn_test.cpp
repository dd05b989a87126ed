// circuit spawn, as people use it.
#include <csignal>
#include <gmock/gmock.h>

#include "cli/shell.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class ShellSpawn : public RunningShell {
 protected:
  /// What the function returned.
  static std::string result_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "spawn");
    const Outcome outcome = circuit(std::move(arguments));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  }
};

TEST_F(ShellSpawn, OptionsMayStandAnywhereBeforeTheArguments) {
  EXPECT_EQ(result_of({"localhost", "greet", "world"}), "\"Hello world\"\n");
  EXPECT_EQ(result_of({"localhost", "-a", "/x", "greet", "world"}), "\"Hello world\"\n");
  EXPECT_EQ(result_of({"-a", "/x", "-v", "localhost", "greet", "-a", "/y", "world"}), "\"Hello world\"\n");
  expect_nothing_left();
}

TEST_F(ShellSpawn, ArgumentsAreJsonOrBareWords) {
  EXPECT_EQ(result_of({"localhost", "greet", "\"a b\""}), "\"Hello a b\"\n");
  EXPECT_EQ(result_of({"localhost", "greet", "[1,2]"}), "\"Hello [1,2]\"\n");
  EXPECT_EQ(result_of({"localhost", "greet", "12"}), "\"Hello 12\"\n");
  EXPECT_EQ(result_of({"localhost", "greet", ""}), "\"Hello \"\n");
  EXPECT_EQ(result_of({"localhost", "echo", "aGVsbG8="}), "\"aGVsbG8=\"\n");
}

TEST_F(ShellSpawn, ArgumentsMayBeginWithAMinus) {
  EXPECT_EQ(result_of({"localhost", "sleep", "-5"}), "null\n");
  EXPECT_EQ(result_of({"localhost", "greet", "-5"}), "\"Hello -5\"\n");
  EXPECT_EQ(result_of({"localhost", "greet", "--", "--world"}), "\"Hello --world\"\n");
  EXPECT_THAT(complaint_of({"spawn", "localhost", "greet", "--world"}, 2), HasSubstr("after '--'"));
}

TEST_F(ShellSpawn, StepsAreShownWithTheirTimes) {
  const Outcome outcome = circuit({"spawn", "-v", "localhost", "greet", "world"});
  EXPECT_EQ(outcome.out, "\"Hello world\"\n");
  EXPECT_THAT(
      outcome.err,
      MatchesRegex("login +[0-9.]+ ms  agent R.*\nstarted +[0-9.]+ ms  R.* pid .*\nopen +[0-9.]+ ms .*\n"
                   "go +[0-9.]+ ms  greet.*\nresult +[0-9.]+ ms  \"Hello world\"\n"));
}

TEST_F(ShellSpawn, ADetachedWorkerGoesOnByItself) {
  const Outcome outcome = circuit({"spawn", "localhost", "-d", "-a", "/x", "sleep", "600"});
  EXPECT_THAT(outcome.out, MatchesRegex("R[0-9a-f]+ [0-9]+\n"));
  EXPECT_EQ(outcome.err, "");
  const auto record = circuit_json({"spawn", "localhost", "-d", "--json", "sleep"});
  EXPECT_TRUE(eventually(
      [&] { return console().is_live(*WorkerId::parse(std::string(record.at("id").as_string()))); }));
  ASSERT_EQ(circuit({"kill", "/host/localhost"}).status, 0);
  expect_nothing_left();
}

TEST_F(ShellSpawn, InterruptedItEndsItsWorker) {
  for (int signal : {SIGINT, SIGTERM}) {
    Program spawning(circuit_command({"spawn", "localhost", "-a", "/x", "sleep", "600"}));
    ASSERT_TRUE(eventually([&] { return spawning.err().find(" pid ") != std::string::npos; }));
    spawning.signal(signal);
    EXPECT_EQ(spawning.wait().status, 128 + signal);
    EXPECT_TRUE(ls({"/..."}).empty());
    expect_nothing_left();
  }
}

TEST_F(ShellSpawn, KilledItsWorkerEndsToo) {
  Program spawning(circuit_command({"spawn", "localhost", "-a", "/x", "sleep", "600"}));
  ASSERT_TRUE(eventually([&] { return spawning.err().find(" pid ") != std::string::npos; }));
  spawning.signal(SIGKILL);
  spawning.wait();
  EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
}

TEST_F(ShellSpawn, AWorkerThatIsKilledMeanwhileIsReported) {
  Program spawning(circuit_command({"spawn", "localhost", "-a", "/x", "sleep", "600"}));
  ASSERT_TRUE(eventually([&] { return spawning.err().find(" pid ") != std::string::npos; }));
  ASSERT_EQ(circuit({"kill", "--signal", "KILL", "/x"}).status, 0);
  const Outcome outcome = spawning.wait();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("SIGKILL"));
}

}  // namespace
}  // namespace circuit::support
