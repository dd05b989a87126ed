// circuit up where it cannot be: one sentence, and what ran before runs on.
#include <csignal>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/shell.hpp"
#include "support/loopback.hpp"

namespace circuit::support {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ShellUpFailure : public Shell {};

/// A port of 127.0.0.1 on which someone listens.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  std::string text() const { return std::to_string(port_); }
  void free() { socket_.reset(); }

 private:
  UniqueFd socket_;
  int port_ = 0;
};

TEST_F(ShellUpFailure, APortThatIsTaken) {
  const TakenPort port;
  EXPECT_THAT(complaint_of({"up", "--port", port.text()}),
              AllOf(HasSubstr(port.text()), HasSubstr("in use")));
  EXPECT_TRUE(processes_of(directory()).empty());
  EXPECT_FALSE(std::filesystem::exists(sockets()));
}

TEST_F(ShellUpFailure, APortThatIsTakenEndsNoWorkerThatRanBefore) {
  start();
  const WorkerId id = spawn("/x");
  const TakenPort port;
  EXPECT_THAT(complaint_of({"up", "--port", port.text()}), HasSubstr("in use"));
  EXPECT_TRUE(console().is_live(id));
}

TEST_F(ShellUpFailure, ADesktopThatIsNotInstalled) {
  // The same program where no circuit-gui lies beside it.
  const auto alone = directory() / "alone";
  std::filesystem::create_directory(alone);
  std::filesystem::copy_file(circuit_command({}).front(), alone / "circuit");
  const Outcome outcome = run({alone / "circuit", "up", "--gui"}, {"PATH=/nowhere"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("circuit-gui is neither beside"), HasSubstr("libimgui-dev")));
  EXPECT_TRUE(processes_of(directory()).empty());
}

TEST_F(ShellUpFailure, APortThatIsFreeIsUsed) {
  TakenPort port;
  port.free();
  Up up(circuit_command({"up", "--port", port.text()}));
  EXPECT_THAT(up.url(), HasSubstr(":" + port.text() + "/"));
  up.program().signal(SIGINT);
  EXPECT_EQ(up.program().wait().status, 0);
}

TEST_F(ShellUpFailure, ASecondUpInTheSameDirectory) {
  Up up(circuit_command({"up"}));
  ASSERT_NE(up.url(), "");
  const WorkerId id = spawn("/x");
  EXPECT_THAT(complaint_of({"up"}),
              AllOf(HasSubstr(directory().string()), HasSubstr(std::to_string(up.program().pid()))));
  EXPECT_TRUE(console().is_live(id));
  up.program().signal(SIGINT);
  EXPECT_EQ(up.program().wait().status, 0);
}

TEST_F(ShellUpFailure, ADirectoryThatIsAFile) {
  write_text(directory() / "file", "");
  EXPECT_THAT(complaint_of({"up", "--dir", directory() / "file"}), HasSubstr("is not a directory"));
  EXPECT_THAT(complaint_of({"up", "--dir", directory() / "file/below"}), HasSubstr("cannot make"));
}

TEST_F(ShellUpFailure, ADirectoryThatCannotBeMade) {
  EXPECT_THAT(complaint_of({"up", "--dir", "/proc/circuit"}),
              AllOf(HasSubstr("cannot make"), HasSubstr("/proc/circuit")));
}

TEST_F(ShellUpFailure, ADirectoryOfAnotherUser) {
  // Root makes one; for anyone else the top of the file system is one.
  std::string foreign = "/";
  if (::geteuid() == 0) {
    foreign = directory() / "foreign";
    ASSERT_EQ(::mkdir(foreign.c_str(), 0700), 0);
    ASSERT_EQ(::chown(foreign.c_str(), 12345, 12345), 0);
  }
  EXPECT_THAT(complaint_of({"up", "--dir", foreign}), HasSubstr("belongs to another user"));
}

}  // namespace
}  // namespace circuit::support
