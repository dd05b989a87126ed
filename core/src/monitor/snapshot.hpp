// One immutable picture of the cluster, and the difference between two of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <circuit/identity.hpp>

#include "spawn/agent_messages.hpp"

namespace circuit::monitor {

/// How the monitor stands with the agent of one host.
struct HostState {
  std::string host;
  bool connected = false;
  /// Why not, for people; empty while connected.
  std::string trouble;
  /// When the agent was last heard, wall clock; what is shown of its workers is as old as this.
  std::uint64_t heard_wall_ns = 0;
  friend bool operator==(const HostState&, const HostState&) = default;
};

using WorkerPointer = std::shared_ptr<const spawn::WorkerRecord>;

/// Immutable once published; snapshots share the records that did not change.
struct Snapshot {
  /// Grows by at least one with each snapshot of this monitor.
  std::uint64_t sequence = 0;
  std::unordered_map<WorkerId, WorkerPointer> workers;
  std::vector<HostState> hosts;
};

/// What turns `from` into `to`.
struct Delta {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::vector<WorkerPointer> changed;
  std::vector<WorkerId> removed;
  /// All hosts of the newer snapshot, when any of them differs.
  std::vector<HostState> hosts;
  bool empty() const noexcept { return changed.empty() && removed.empty() && hosts.empty(); }
};

/// The difference between two snapshots: one pass, comparing pointers before contents.
Delta difference(const Snapshot& from, const Snapshot& to);

}  // namespace circuit::monitor
