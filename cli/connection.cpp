#include "connection.hpp"

#include <fmt/format.h>

#include "spawn/agent_file.hpp"

namespace circuit::cli {

Result<std::unique_ptr<monitor::LiveCluster>> connect(const Shared& shared) {
  auto directory = shared.agent_directory();
  if (auto agent = spawn::read_agent_file(directory); agent.has_error()) return agent.error();
  return std::make_unique<monitor::LiveCluster>(directory, monitor::LiveCluster::Watch::no);
}

Result<spawn::WorkerRecord> wait_for_end(monitor::LiveCluster& cluster, WorkerId id,
                                         std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    auto record = cluster.worker(id);
    if (record.has_error() || record->state == spawn::WorkerState::dead) return record;
    if (std::chrono::steady_clock::now() >= deadline)
      return failure(ErrorKind::deadline, fmt::format("{} still lives", record->address.string()));
    if (auto ended = cluster.has_ended(record->address); ended.has_error()) return ended.error();
  }
}

}  // namespace circuit::cli
