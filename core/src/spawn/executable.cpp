#include "spawn/executable.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/limits.hpp"
#include "base/unique_fd.hpp"
#include "spawn/function_json.hpp"

extern char** environ;

namespace circuit::spawn {
namespace {

using Clock = std::chrono::steady_clock;

/// Starts `path` in the role `functions`, its output into `out`.
Result<pid_t> start(const std::string& path, int out, int none) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, none, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out, 1);
  ::posix_spawn_file_actions_adddup2(&actions, none, 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  sigset_t no_signals;
  ::sigemptyset(&no_signals);
  ::posix_spawnattr_setsigmask(&attributes, &no_signals);

  std::vector<char*> environment;
  std::string role = "CIRCUIT_ROLE=functions";
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (std::strncmp(*entry, "CIRCUIT_ROLE=", 13) != 0) environment.push_back(*entry);
  environment.push_back(role.data());
  environment.push_back(nullptr);
  const char* arguments[] = {path.c_str(), nullptr};
  pid_t pid = -1;
  int error = ::posix_spawn(&pid, path.c_str(), &actions, &attributes, const_cast<char**>(arguments),
                            environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return system_failure(fmt::format("cannot start {}", path), error);
  return pid;
}

/// Reads to the end of the pipe; false: too much, or not in time.
bool read_all(int in, std::string& text, Clock::time_point deadline) {
  char chunk[16 * 1024];
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wait{in, POLLIN, 0};
    int ready = left <= 0 ? 0 : ::poll(&wait, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    ssize_t n = ::read(in, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    text.append(chunk, static_cast<std::size_t>(n));
    if (text.size() > limits::description_bytes) return false;
  }
}

}  // namespace

Result<std::vector<FunctionDescription>> describe_executable(const std::filesystem::path& path) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_failure("no pipe left", errno, ErrorKind::overloaded);
  UniqueFd in(ends[0]), out(ends[1]);
  UniqueFd none(::open("/dev/null", O_RDWR | O_CLOEXEC));
  auto pid = start(path.string(), out.get(), none.get());
  if (pid.has_error()) return pid.error();
  out.reset();
  std::string text;
  bool whole = read_all(in.get(), text, Clock::now() + limits::describe_wait);
  if (!whole) ::kill(-*pid, SIGKILL);  // its own session: whatever it has started goes too
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  auto functions = functions_from_json(text);
  if (functions.has_value() && whole && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    for (FunctionDescription& function : *functions) function.executable = path.string();
    return functions;
  }
  std::string why = !whole                ? "it said nothing in time"
                    : WIFSIGNALED(status) ? fmt::format("it was killed by signal {}", WTERMSIG(status))
                                          : fmt::format("it ended with {}", WEXITSTATUS(status));
  return failure(
      ErrorKind::refused,
      fmt::format(
          "{} is no worker executable: asked for its functions, {}; a program becomes one by making a "
          "circuit::Runtime first in main",
          path.string(), why));
}

}  // namespace circuit::spawn
