// Programs that a test runs.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/unique_fd.hpp"
#include "support/eventually.hpp"

namespace circuit::support {

/// How a program ended, and what it said.
struct Outcome {
  /// The exit status, or 128 and the signal's number.
  int status = -1;
  std::string out;
  std::string err;
};

/// A running program, in a session of its own, with the test's environment and what is added to it. Killed
/// when it is still running at the end. Thread safety: one thread.
class Program {
 public:
  explicit Program(std::vector<std::string> command, std::vector<std::string> environment = {},
                   std::string in = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const noexcept { return pid_; }
  /// What it has written so far.
  std::string out() const;
  std::string err() const;
  void signal(int number) const;
  bool has_ended();
  /// Waits for its end. Fails the test, and kills it, when that does not come.
  Outcome wait(std::chrono::milliseconds within = patience);

 private:
  pid_t pid_ = 0;
  UniqueFd pidfd_, out_, err_;
  std::optional<int> status_;
};

/// Runs a program to its end.
Outcome run(std::vector<std::string> command, std::vector<std::string> environment = {}, std::string in = {});

}  // namespace circuit::support
