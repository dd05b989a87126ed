// circuit zookeeper, as a person starts it.
#include <csignal>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "anchor/zookeeper/session.hpp"
#include "cli/shell.hpp"
#include "support/zookeeper_server.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// A running `circuit zookeeper`.
class OwnServer {
 public:
  explicit OwnServer(std::vector<std::string> command, std::vector<std::string> environment = {})
      : program_(std::move(command), std::move(environment)) {
    EXPECT_TRUE(eventually([&] {
      return program_.out().find("Ctrl-C") != std::string::npos || program_.has_ended();
    })) << program_.err();
  }
  /// The address in the command that it prints.
  std::string address() {
    const std::string out = program_.out(), mark = "circuit up --zookeeper ";
    const std::size_t at = out.find(mark);
    EXPECT_NE(at, std::string::npos) << out << program_.err();
    if (at == std::string::npos) return {};
    const std::size_t begin = at + mark.size();
    return out.substr(begin, out.find('\n', begin) - begin);
  }
  void expect_orderly_end() {
    program_.signal(SIGINT);
    const Outcome outcome = program_.wait();
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
  }
  Program& program() { return program_; }

 private:
  Program program_;
};

class ShellZookeeper : public Shell {
 protected:
  std::string data() const { return directory() / "zk"; }
  std::vector<std::string> command() const {
    return circuit_command({"zookeeper", "--port", "0", "--data", data()});
  }
};

TEST_F(ShellZookeeper, StartsAServerThatKeepsItsData) {
  std::string address;
  for (int i = 0; i < 2; ++i) {
    OwnServer server(command());
    anchor::zookeeper::Session::Options options;
    options.where = anchor::zookeeper::ConnectString::parse(server.address()).value();
    options.connect_wait = patience;
    auto session = anchor::zookeeper::Session::connect(options);
    ASSERT_TRUE(session) << session.error().text;
    if (i == 0)
      EXPECT_TRUE((*session)->create("/kept", "", anchor::Mode::persistent));
    else
      EXPECT_TRUE(*(*session)->exists("/kept", {}));
    ASSERT_TRUE((*session)->close());
    server.expect_orderly_end();
  }
  struct stat mode {};
  ASSERT_EQ(::stat(data().c_str(), &mode), 0);
  EXPECT_EQ(mode.st_mode & 0777, 0700u);
}

TEST_F(ShellZookeeper, KeepsItsDataInTheUsersOwnDirectory) {
  OwnServer server(circuit_command({"zookeeper", "--port", "0"}), {"XDG_STATE_HOME=" + directory().string()});
  EXPECT_THAT(server.program().out(), HasSubstr((directory() / "circuit/zookeeper").string()));
  EXPECT_TRUE(std::filesystem::exists(directory() / "circuit/zookeeper/zoo.cfg"));
  server.expect_orderly_end();
}

TEST_F(ShellZookeeper, ListensOnTheLoopbackInterfaceAlone) {
  OwnServer server(command());
  const std::string address = server.address();
  ASSERT_TRUE(address.starts_with("127.0.0.1:"));
  const std::string port = address.substr(address.find(':') + 1);
  const Outcome sockets = bash("for pid in $(pgrep -P " + std::to_string(server.program().pid()) +
                               "); do cat /proc/$pid/net/tcp /proc/$pid/net/tcp6; done");
  char hex[8];
  std::snprintf(hex, sizeof hex, ":%04X", static_cast<unsigned>(std::stoi(port)));
  // Java binds an IPv6 socket to the IPv4 address.
  EXPECT_THAT(sockets.out, HasSubstr(std::string("0100007F") + hex));
  EXPECT_EQ(sockets.out.find(std::string("00000000000000000000000000000000") + hex), std::string::npos);
  EXPECT_EQ(sockets.out.find(std::string(" 00000000") + hex), std::string::npos);
  server.expect_orderly_end();
}

TEST_F(ShellZookeeper, SaysThatItsPortIsTaken) {
  const std::string port = std::to_string(shared_zookeeper().port());
  EXPECT_THAT(complaint_of({"zookeeper", "--port", port, "--data", data()}),
              AllOf(HasSubstr("port " + port + " of 127.0.0.1 is in use"), HasSubstr("--port")));
}

TEST_F(ShellZookeeper, SaysThatItsDataIsInUse) {
  OwnServer server(command());
  EXPECT_THAT(complaint_of({"zookeeper", "--port", "0", "--data", data()}),
              AllOf(HasSubstr("another `circuit zookeeper` uses"), HasSubstr(data())));
  server.expect_orderly_end();
}

TEST_F(ShellZookeeper, NamesThePackageThatIsMissing) {
  const Outcome outcome = run(command(), {"PATH=" + directory().string()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("apt install default-jre-headless"));
}

TEST_F(ShellZookeeper, SaysWhenTheServerEnds) {
  OwnServer server(command());
  ASSERT_NE(server.address(), "");
  EXPECT_EQ(bash("pkill -KILL -P " + std::to_string(server.program().pid())).status, 0);
  const Outcome outcome = server.program().wait();
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("ZooKeeper has ended"));
}

TEST_F(ShellZookeeper, TakesTheServerAlongWhenItIsKilled) {
  OwnServer server(command());
  const std::string address = server.address();
  server.program().signal(SIGKILL);
  server.program().wait();
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).empty(); }));
}

}  // namespace
}  // namespace circuit::support
