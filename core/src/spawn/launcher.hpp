// Starting and ending workers, behind an interface so that a test or a simulation can do it its own way.
#pragma once

#include <string>

#include "base/result.hpp"
#include "spawn/agent_connection.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::spawn {

/// The name of the host on which this process runs.
inline constexpr const char* own_host = "localhost";

/// Thread safety: any thread but the loop's; both functions block for at most limits::spawn_deadline.
class Launcher {
 public:
  virtual ~Launcher() = default;
  /// Starts a worker on `host`; it runs and stands in the tree when this returns, and has no function yet.
  virtual Result<WorkerRecord> launch(const std::string& host, const SpawnOrder& order) = 0;
  /// Asks a worker to end, or signals it.
  virtual Result<void> end(const KillOrder& order) = 0;
};

/// Asks the agent of the host.
class AgentLauncher final : public Launcher {
 public:
  explicit AgentLauncher(AgentConnection& agent) : agent_(agent) {}

  Result<WorkerRecord> launch(const std::string& host, const SpawnOrder& order) override;
  Result<void> end(const KillOrder& order) override;

 private:
  AgentConnection& agent_;
};

}  // namespace circuit::spawn
