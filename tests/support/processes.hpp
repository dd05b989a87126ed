// Looking at the processes of this machine.
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace circuit::support {

/// False also for one that has ended and whose status nobody has taken.
bool lives(pid_t pid);
/// Stops a process, and returns once none of its threads runs (`kill` returns before). False if it has ended, or
/// has not stopped in time.
bool stop(pid_t pid);
/// All living processes, besides this one, that were started for the agent's directory: its keeper, its
/// agent, its workers and what these have started.
std::vector<pid_t> processes_of(const std::filesystem::path& agent_directory);
/// How many descriptors a process has open.
std::size_t open_descriptors(pid_t pid);
/// `pid name, pid name`, for messages.
std::string names_of(const std::vector<pid_t>& pids);

}  // namespace circuit::support
