// circuit kill, as people use it.
#include <gmock/gmock.h>

#include "cli/shell.hpp"

namespace circuit::support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ShellKill : public RunningShell {
 protected:
  static Outcome kill(std::vector<std::string> arguments, std::string in = {}) {
    arguments.insert(arguments.begin(), "kill");
    return circuit(std::move(arguments), std::move(in));
  }
};

TEST_F(ShellKill, SeveralSelectorsEndEachWorkerOnce) {
  spawn("/a"), spawn("/b/c"), spawn("/d");
  const std::string other = spawn("/other").string();
  const Outcome outcome = kill({"/a", "/b/...", "/d", "/d/...", "/a"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(lines_of(outcome.out).size(), 3U) << outcome.out;
  EXPECT_THAT(ls({}), ElementsAre("/host", "/host/localhost", "/host/localhost/" + other, "/other",
                                  "/other/" + other));
}

TEST_F(ShellKill, ReadsSelectorsFromStandardInput) {
  spawn("/x"), spawn("/x/y");
  const Outcome outcome = bash("\"$C\" ls /x/... | \"$C\" kill");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(lines_of(outcome.out).size(), 2U) << outcome.out;
  expect_nothing_left();
}

TEST_F(ShellKill, SignalsHaveNamesAndNumbers) {
  for (const char* signal : {"KILL", "sigkill", "9", "TERM"}) {
    const WorkerId id = spawn("/x");
    EXPECT_EQ(kill({"--signal", signal, "/x"}).status, 0) << signal;
    EXPECT_TRUE(console().is_dead(id));
  }
  const WorkerId id = spawn("/x");
  EXPECT_EQ(kill({"--signal", "STOP", "/x"}).status, 0);
  EXPECT_FALSE(console().is_dead(id));
  EXPECT_EQ(kill({"--signal", "CONT", "/x"}).status, 0);
  for (const char* signal : {"NONSENSE", "0", "-1", "1000"})
    EXPECT_THAT(complaint_of({"kill", std::string("--signal=") + signal, "/x"}),
                HasSubstr("there is no signal"));
}

TEST_F(ShellKill, AStoppedWorkerEndsAfterItsGrace) {
  const WorkerId id = spawn("/x");
  ASSERT_EQ(kill({"--signal", "STOP", "/x"}).status, 0);
  EXPECT_EQ(kill({"--grace", "0.1", "/x"}).status, 0);
  EXPECT_TRUE(console().is_dead(id));
  EXPECT_THAT(complaint_of({"kill", "--grace", "never", "/x"}, 2), HasSubstr("--grace"));
  EXPECT_THAT(complaint_of({"kill", "--grace=-1", "/x"}, 2), HasSubstr("--grace"));
}

TEST_F(ShellKill, OneThatFailsSparesNoOther) {
  const WorkerId id = spawn("/x");
  const Outcome outcome = kill({"/nothing", "nonsense", "R0000000000000001", "/x"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(lines_of(outcome.err).size(), 3U) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(id.string()));
  expect_nothing_left();
}

TEST_F(ShellKill, NothingToEndIsAFailure) {
  EXPECT_THAT(complaint_of({"kill"}), HasSubstr("standard input"));
  EXPECT_THAT(complaint_of({"kill"}, 1, "\n  \n"), HasSubstr("standard input"));
  EXPECT_THAT(complaint_of({"kill", "/nothing"}), HasSubstr("/nothing"));
  const std::string id = spawn("/x/y").string();
  EXPECT_THAT(complaint_of({"kill", "/x"}), HasSubstr("/x/..."));
  ASSERT_EQ(kill({id}).status, 0);
  EXPECT_THAT(complaint_of({"kill", id}), HasSubstr("dead already"));
}

TEST_F(ShellKill, TheProcessAndItsAnchorsAreGoneWhenItReturns) {
  const WorkerId id = spawn("/x/y");
  const pid_t pid = console().worker(id)->address.pid;
  ASSERT_EQ(kill({"/x/..."}).status, 0);
  EXPECT_FALSE(lives(pid));
  EXPECT_TRUE(ls({"/..."}).empty());
}

}  // namespace
}  // namespace circuit::support
