#include "support/program.hpp"

#include <array>
#include <csignal>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pidfd.hpp"
#include "keeper/process.hpp"

namespace circuit::support {
namespace {

std::string whole(const UniqueFd& memory) {
  std::string text;
  std::array<char, 16 * 1024> chunk{};
  for (;;) {
    const ssize_t n = ::pread(memory.get(), chunk.data(), chunk.size(), static_cast<off_t>(text.size()));
    if (n <= 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

std::vector<std::string> own_environment(std::vector<std::string> added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& each : added) replaced |= each.starts_with(name);
    if (!replaced) all.emplace_back(text);
  }
  all.insert(all.end(), added.begin(), added.end());
  return all;
}

}  // namespace

Program::Program(std::vector<std::string> command, std::vector<std::string> environment, std::string in)
    : out_(::memfd_create("out", MFD_CLOEXEC)), err_(::memfd_create("err", MFD_CLOEXEC)) {
  const UniqueFd input(::memfd_create("in", MFD_CLOEXEC));
  if (::pwrite(input.get(), in.data(), in.size(), 0) < 0) ADD_FAILURE() << "no input for " << command[0];
  const std::array fds{input.get(), out_.get(), err_.get()};
  auto pid =
      keeper::start_process({command[0], command, own_environment(std::move(environment)), {}, fds, true});
  if (!pid) {
    ADD_FAILURE() << pid.error().text;
    status_ = -1;
    return;
  }
  pid_ = *pid;
  pidfd_ = open_pidfd(pid_);
}

Program::~Program() {
  if (has_ended()) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Program::out() const { return whole(out_); }

std::string Program::err() const { return whole(err_); }

void Program::signal(int number) const { send_signal(pidfd_.get(), number); }

bool Program::has_ended() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_)
    status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return status_.has_value();
}

Outcome Program::wait(std::chrono::milliseconds within) {
  pollfd ended{pidfd_.get(), POLLIN, 0};
  if (!status_ && ::poll(&ended, 1, static_cast<int>(within.count())) <= 0) {
    ADD_FAILURE() << "a program does not end; it has said: " << out() << err();
    signal(SIGKILL);
    ::poll(&ended, 1, -1);
  }
  has_ended();
  return {status_.value_or(-1), out(), err()};
}

Outcome run(std::vector<std::string> command, std::vector<std::string> environment, std::string in) {
  return Program(std::move(command), std::move(environment), std::move(in)).wait();
}

}  // namespace circuit::support
