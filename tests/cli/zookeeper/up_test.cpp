// circuit up with the anchor tree in a real ZooKeeper.
#include <algorithm>
#include <csignal>
#include <gmock/gmock.h>
#include <random>
#include <set>

#include "cli/shell.hpp"
#include "support/tcp_proxy.hpp"
#include "support/zookeeper_server.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ShellUpZookeeper : public Shell {
 protected:
  std::string place() const { return shared_zookeeper().address() + chroot_; }
  std::set<std::string> walk() const { return walk_of_zookeepers_shell(chroot_); }
  static void expect_orderly_end(Up& up) {
    up.program().signal(SIGINT);
    const Outcome outcome = up.program().wait();
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }

  const std::string chroot_ = own_chroot();
};

TEST_F(ShellUpZookeeper, ShowsTheSameTreeAsZookeepersOwnShell) {
  Up up(circuit_command({"up", "--zookeeper", place()}));
  ASSERT_NE(up.url(), "");
  EXPECT_THAT(up.program().out(), HasSubstr("ZooKeeper at " + place()));
  std::mt19937 random(1);
  std::vector<WorkerId> living;
  const int rounds = is_long() ? 1000 : 30;
  for (int i = 0; i < rounds; ++i) {
    if (living.size() > 12 || (!living.empty() && random() % 2 == 0)) {
      const auto victim = living.begin() + static_cast<std::ptrdiff_t>(random() % living.size());
      ASSERT_TRUE(console().kill(*victim, SIGKILL).has_value());
      living.erase(victim);
    } else {
      const std::string anchor = std::string("/") + "abc"[random() % 3] + "/" + "xyz"[random() % 3];
      living.push_back(console().spawn({"sleep", "[600]", {anchor, "/all"}}).address.id);
    }
  }
  ASSERT_FALSE(living.empty());
  std::set<std::string> seen, shown;
  EXPECT_TRUE(eventually([&] {
    const auto lines = ls({"/..."});
    shown = {lines.begin(), lines.end()};
    return static_cast<std::size_t>(std::count_if(shown.begin(), shown.end(), [](const std::string& line) {
             return line.starts_with("/host/localhost/R");
           })) == living.size();
  }));
  EXPECT_EQ(walk(), shown);
  expect_orderly_end(up);
  EXPECT_TRUE(walk().empty()) << "the tree is left clean";
}

TEST_F(ShellUpZookeeper, IsKeptForLaterStartsUntilItIsTakenBack) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"up", "--zookeeper", place()}, {"up"}}) {
    Up up(circuit_command(words));
    ASSERT_NE(up.url(), "");
    spawn("/x");
    EXPECT_FALSE(walk().empty());
    expect_orderly_end(up);
  }
  Up up(circuit_command({"up", "--embedded"}));
  ASSERT_NE(up.url(), "");
  spawn("/x");
  EXPECT_TRUE(walk().empty());
  EXPECT_EQ(ls({"/x"}).size(), 1u);
  expect_orderly_end(up);
}

TEST_F(ShellUpZookeeper, IsRefusedWhereTheAgentUsesAnotherTree) {
  write_text(directory() / "config.json", "{}");
  start();
  const WorkerId id = spawn("/x");
  EXPECT_THAT(complaint_of({"up", "--zookeeper", place()}),
              AllOf(HasSubstr("runs with the embedded tree"), HasSubstr(place()), HasSubstr("Ctrl-C")));
  EXPECT_TRUE(console().is_live(id));
  Up up(circuit_command({"up", "--embedded"}));
  EXPECT_NE(up.url(), "") << "what it runs with already is fine";
  expect_orderly_end(up);
}

TEST_F(ShellUpZookeeper, SaysThatNoServerAnswers) {
  const std::string nobody = "127.0.0.1:" + std::to_string(free_port());
  EXPECT_THAT(complaint_of({"up", "--zookeeper", nobody}),
              AllOf(HasSubstr("no ZooKeeper answers at " + nobody), HasSubstr("`circuit zookeeper`")));
  EXPECT_TRUE(processes_of(directory()).empty());
  EXPECT_THAT(complaint_of({"up", "--zookeeper", "a b"}), HasSubstr("HOST:PORT"));
  EXPECT_EQ(circuit({"up", "--zookeeper", nobody, "--embedded"}).status, 2);
}

}  // namespace
}  // namespace circuit::support
