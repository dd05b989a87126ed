// circuit up, from its first line to the end of all it has started.
#include <boost/json/parse.hpp>
#include <csignal>
#include <gmock/gmock.h>

#include "cli/shell.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class ShellUp : public Shell {
 protected:
  /// All that belongs to the directory has ended, and nothing is left of it but files.
  void expect_all_gone() {
    EXPECT_TRUE(processes_of(directory()).empty()) << names_of(processes_of(directory()));
    EXPECT_FALSE(std::filesystem::exists(sockets())) << ::testing::PrintToString(socket_files());
    EXPECT_FALSE(std::filesystem::exists(directory() / "page.json"));
    EXPECT_TRUE(eventually([&] { return held_jails() == 0; }));
  }
};

TEST_F(ShellUp, EachSignalThatAsksForTheEndEndsEverything) {
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Up up(circuit_command({"up"}));
    EXPECT_THAT(up.url(), MatchesRegex("http://127.0.0.1:[0-9]+/#t=[0-9a-f]+"));
    spawn("/x");
    up.program().signal(signal);
    EXPECT_EQ(up.program().wait().status, 0) << up.program().err();
    expect_all_gone();
  }
}

TEST_F(ShellUp, ThePageFileHoldsTheUrlForTheSameUserAlone) {
  Up up(circuit_command({"up", "--read-only"}));
  const std::string url = up.url();
  const auto file = directory() / "page.json";
  EXPECT_EQ(boost::json::parse(read_text(file)).at("url").as_string(), url);
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  up.program().signal(SIGINT);
  up.program().wait();
}

TEST_F(ShellUp, KilledItLeavesTheWorkersToTheNext) {
  WorkerId id;
  {
    Up up(circuit_command({"up"}));
    ASSERT_NE(up.url(), "");
    id = spawn("/x");
    up.program().signal(SIGKILL);
    up.program().wait();
  }
  const pid_t pid = console().worker(id)->address.pid;
  Up next(circuit_command({"up"}));
  ASSERT_NE(next.url(), "");
  EXPECT_THAT(next.program().out(), HasSubstr("Took over 1 worker "));
  EXPECT_TRUE(lives(pid));
  EXPECT_THAT(ls({"/x"}), ::testing::ElementsAre("/x/" + id.string()));
  next.program().signal(SIGINT);
  EXPECT_EQ(next.program().wait().status, 0);
  EXPECT_FALSE(lives(pid));
}

TEST_F(ShellUp, AKeeperThatIsKilledIsReplacedAndItsWorkersTakenOver) {
  Up up(circuit_command({"up"}));
  ASSERT_NE(up.url(), "");
  const WorkerId id = spawn("/x");
  // The function runs: its agent knows the arguments from the worker itself.
  ASSERT_TRUE(eventually([&] { return console().worker(id)->arguments == "[600]"; }));
  const pid_t keeper = keeper_pid(), agent = agent_pid();
  ASSERT_EQ(::kill(keeper, SIGKILL), 0);
  await_agent(agent);
  EXPECT_NE(keeper_pid(), keeper);
  EXPECT_TRUE(eventually([&] { return console().is_live(id); }));
  EXPECT_THAT(up.program().err(), HasSubstr("the keeper is gone"));
  up.program().signal(SIGINT);
  EXPECT_EQ(up.program().wait().status, 0) << up.program().err();
  EXPECT_TRUE(processes_of(directory()).empty()) << names_of(processes_of(directory()));
}

TEST_F(ShellUp, AReaderThatGoesAwayEndsNothing) {
  Program up({"/bin/bash", "-c", "exec \"$0\" up | head -n 1", circuit_command({})[0]});
  ASSERT_TRUE(eventually([&] { return up.out().find("Circuit is up") != std::string::npos; }));
  ASSERT_TRUE(eventually([&] { return agent_pid() != 0; }));
  EXPECT_EQ(circuit({"ls"}).status, 0);
  const pid_t pid = std::stoi(read_text(directory() / "up.lock"));
  ASSERT_EQ(::kill(pid, SIGTERM), 0);
  up.wait();
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).empty(); }))
      << names_of(processes_of(directory()));
}

}  // namespace
}  // namespace circuit::support
