#include "desktop.hpp"

#include <cerrno>
#include <csignal>
#include <fmt/format.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/paths.hpp"
#include "base/pidfd.hpp"

extern char** environ;

namespace circuit::cli {
namespace fs = std::filesystem;

Result<fs::path> Desktop::find() {
  if (fs::path found = find_program("circuit-gui"); !found.empty()) return found;
  return failure(
      ErrorKind::refused,
      fmt::format("circuit-gui is neither beside {} nor on the PATH: it is built where libimgui-dev "
                  "and the other packages of the desktop are installed",
                  own_executable().string()));
}

Result<Desktop> Desktop::start(const fs::path& program, const fs::path& directory) {
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  sigset_t no_signals;
  ::sigemptyset(&no_signals);
  ::posix_spawnattr_setsigmask(&attributes, &no_signals);
  const std::string name = program.string(), where = directory.string();
  const char* arguments[] = {name.c_str(), "--dir", where.c_str(), nullptr};
  pid_t pid = -1;
  const int error =
      ::posix_spawn(&pid, name.c_str(), nullptr, &attributes, const_cast<char**>(arguments), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return system_failure(fmt::format("cannot start {}", name), error);
  return Desktop(pid, open_pidfd(pid));
}

Desktop::~Desktop() {
  if (!process_) return;
  send_signal(process_.get(), SIGTERM);
  if (!has_ended(process_.get(), limits::stop_grace)) send_signal(process_.get(), SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace circuit::cli
