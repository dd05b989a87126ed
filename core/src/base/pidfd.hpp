// Processes by descriptor: one that was opened in time never names another process.
#pragma once

#include <chrono>
#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace circuit {

/// A descriptor that becomes readable when the process ends. Empty when there is none, errno saying why.
UniqueFd open_pidfd(pid_t pid);
/// True when the process behind the pidfd has ended, reaped or not, or does within the wait. -1 is the pidfd
/// of a process that was not found.
bool has_ended(int pidfd, std::chrono::milliseconds wait = {});
/// False when it has ended and been reaped, or may not be signalled.
bool send_signal(int pidfd, int signal);

}  // namespace circuit
