// Processes: starting one, knowing it again, signalling it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/pidfd.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace circuit::keeper {

/// What a process is started with.
struct ProcessStart {
  /// Absolute path.
  std::string executable;
  std::vector<std::string> arguments;
  /// NAME=VALUE each.
  std::vector<std::string> environment;
  /// Its working directory; empty for the caller's.
  std::string directory;
  /// What its descriptors 0, 1, 2... are; it gets no others.
  std::span<const int> fds;
  /// A session of its own, so that a Ctrl-C in the caller's terminal never reaches it.
  bool own_session = true;
};

/// Starts a process with all signals at their defaults and none blocked. Returns when its executable runs.
/// Errors: `refused`, as in "cannot start /x/y: No such file or directory".
Result<pid_t> start_process(const ProcessStart& start);

/// When the process began, in clock ticks since boot. Nothing when there is no such process.
std::optional<std::uint64_t> start_ticks_of(pid_t pid);

using circuit::open_pidfd;
/// The same for the process that has this pid and this start time, and no other. Empty when it is gone.
UniqueFd open_pidfd(pid_t pid, std::uint64_t start_ticks);

/// A memfd that another process of this user has open as descriptor `fd`. Empty when that is anything else.
UniqueFd open_memfd_of(pid_t pid, int fd);

/// The calling process's children, zombies among them.
std::vector<pid_t> own_children();

}  // namespace circuit::keeper
