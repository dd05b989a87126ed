// The way from a shell command to the agent.
#pragma once

#include <chrono>
#include <memory>

#include "command.hpp"
#include "monitor/live_cluster.hpp"

namespace circuit::cli {

/// A cluster to ask and to steer. `unreachable` where no agent has ever been started; nothing is made there
/// then. Throws Error where this process cannot listen.
Result<std::unique_ptr<monitor::LiveCluster>> connect(const Shared& shared);

/// Waits until the worker is dead and returns its last record; `deadline` (up to a second late): it still
/// lives.
Result<spawn::WorkerRecord> wait_for_end(monitor::LiveCluster& cluster, WorkerId id,
                                         std::chrono::steady_clock::time_point deadline);

}  // namespace circuit::cli
