// What the kernel says of a process, in /proc/PID/stat.
#pragma once

#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace circuit {

/// Field `number`, from 3 on, as proc(5) counts; 22 is when the process began, in clock ticks since boot.
/// Nothing when there is no such process.
std::optional<std::uint64_t> process_stat(pid_t pid, int number);

}  // namespace circuit
