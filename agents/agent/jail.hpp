// A worker's own directory, and what it is started with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <circuit/identity.hpp>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace circuit::agent {

/// A new jail with `config`, `out`, `err` and `lock`, and the descriptors that the worker gets, in their
/// order: standard input, output, error, listener, recorder, lock.
struct Jail {
  std::filesystem::path directory;
  std::vector<UniqueFd> descriptors;
};

/// Makes the jail of the worker with that address below `agent_directory`; its socket is bound and listens
/// already, so that the worker can be dialled before it runs.
Result<Jail> make_jail(const std::filesystem::path& agent_directory, const Address& address, bool restarted);

std::filesystem::path jail_of(const std::filesystem::path& agent_directory, WorkerId worker);

/// Takes the socket of a dead process away, if it lies in the socket directory of the agent: what a process
/// says of itself names no other file. A worker's jail stays: its output is looked at after its death.
void remove_socket(const std::filesystem::path& agent_directory, const Address& address);
/// Takes the sockets away at which nobody listens any more: left by processes that were killed while no agent
/// ran.
void remove_dead_sockets(const std::filesystem::path& agent_directory);

/// Where `out` or `err` of that jail takes more than `limit_bytes` of the disk, lets the older half of them
/// go. What stays keeps its place in the file, so whoever follows it misses nothing; what went reads as
/// zeros.
void trim_output(const std::filesystem::path& jail, std::uint64_t limit_bytes);

/// Removes jails whose lock nobody holds, oldest first, until at most `keep` are left. Returns how many went.
std::size_t remove_old_jails(const std::filesystem::path& agent_directory, std::size_t keep);

}  // namespace circuit::agent
