// What the tests of the shell commands stand on: a host of their own, on which `circuit` is used as people
// use it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/host.hpp"

namespace circuit::support {

class Shell : public Host {
 protected:
  /// Starts a detached worker; fails the test when it does not run.
  WorkerId spawn(const std::string& anchor, std::vector<std::string> call = {"sleep", "600"});
  /// The lines that `circuit ls ARGUMENTS...` prints.
  static std::vector<std::string> ls(std::vector<std::string> arguments);
  /// Runs a command that must end with this status and say one sentence; returns the sentence.
  static std::string complaint_of(std::vector<std::string> arguments, int status = 1, std::string in = {});
  /// Runs a line of bash in which $C is the program.
  static Outcome bash(const std::string& line, std::vector<std::string> environment = {});
  /// Waits until no worker is left, neither as a process nor in the tree nor in a jail nor as a socket.
  void expect_nothing_left();
};

/// A host with keeper and agent, which every test leaves as it was.
class RunningShell : public Shell {
 protected:
  void SetUp() override { start(); }
};

/// A running `circuit up`.
class Up {
 public:
  explicit Up(std::vector<std::string> command, std::vector<std::string> environment = {});
  /// Waits until it has said where its page is; returns the URL, or "" when it ends before.
  std::string url();
  Program& program() { return program_; }

 private:
  Program program_;
};

std::vector<std::string> lines_of(const std::string& text);

}  // namespace circuit::support
