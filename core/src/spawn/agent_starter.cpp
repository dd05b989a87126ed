#include "spawn/agent_starter.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "base/paths.hpp"
#include "base/unique_fd.hpp"

extern char** environ;

namespace circuit::spawn {
namespace fs = std::filesystem;

Result<fs::path> find_circuit_program() {
  if (const char* given = std::getenv("CIRCUIT_PROGRAM"); given != nullptr && *given != '\0') {
    if (is_executable(given)) return fs::absolute(given);
    return failure(ErrorKind::invalid,
                   fmt::format("CIRCUIT_PROGRAM names {}, which is no executable file", given));
  }
  fs::path own = own_executable();
  if (own.filename() == "circuit") return own;
  if (fs::path found = find_program("circuit"); !found.empty()) return found;
  return failure(
      ErrorKind::refused,
      fmt::format(
          "no agent runs here, and the program `circuit`, which would start one, is neither beside {} "
          "nor on the PATH: set CIRCUIT_PROGRAM, or run `circuit up`",
          own.string()));
}

Result<void> start_keeper(const fs::path& directory) {
  auto program = find_circuit_program();
  if (program.has_error()) return program.error();
  if (auto made = make_private_directory(directory); made.has_error()) return made.error();
  std::string log_path = directory / "log";
  UniqueFd log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  UniqueFd none(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!log || !none) return system_failure(fmt::format("cannot write {}", log_path), errno);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, none.get(), 0);
  ::posix_spawn_file_actions_adddup2(&actions, log.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions, log.get(), 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  sigset_t no_signals;
  ::sigemptyset(&no_signals);
  ::posix_spawnattr_setsigmask(&attributes, &no_signals);

  std::string name = program->string(), where = directory.string();
  const char* arguments[] = {name.c_str(), "keeper", "--dir", where.c_str(), nullptr};
  pid_t pid = -1;
  int error =
      ::posix_spawn(&pid, name.c_str(), &actions, &attributes, const_cast<char**>(arguments), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return system_failure(fmt::format("cannot start {}", name), error);
  // As the leader of a process group it goes on in a child of its own, in a new session, and this one ends at
  // once.
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return {};
}

}  // namespace circuit::spawn
