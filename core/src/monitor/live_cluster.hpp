// The cluster as its agents tell it: what every console looks at.
#pragma once

#include <filesystem>
#include <mutex>

#include "monitor/calls_watch.hpp"
#include "monitor/cluster.hpp"
#include "monitor/model.hpp"
#include "monitor/subscribers.hpp"
#include "runtime/state.hpp"
#include "spawn/function_spawn.hpp"

namespace circuit::monitor {

/// Keeps a link to the agent of this host, looks for its successor when it has died, and asks it for what has
/// changed, one question at a time: an agent tells a slow console less often, and never more than it can
/// take. Thread safety: any thread.
class LiveCluster final : public Cluster {
 public:
  /// `watch`: keep the snapshot up to date. Without it the object only asks and steers, as shell commands do.
  enum class Watch { no, yes };

  /// Throws Error where this process cannot listen in the agent's socket directory.
  LiveCluster(std::filesystem::path directory, Watch watch);
  ~LiveCluster() override;

  std::shared_ptr<const Snapshot> snapshot() const override;
  std::unique_ptr<Subscription> subscribe(
      std::function<void(std::shared_ptr<const Snapshot>)> changed) override;
  Result<CallsPointer> calls(const std::vector<WorkerId>& workers) override;
  std::unique_ptr<Subscription> watch_calls(std::function<void(CallsPointer)> changed) override;
  Result<spawn::WorkerRecord> spawn(const SpawnRequest& request, FunctionOutcome outcome) override;
  Result<void> kill(const KillRequest& request) override;
  Result<std::vector<spawn::FunctionDescription>> functions() override;
  Result<AnchorListing> anchors(const std::string& path) override;

  /// As spawn(), of this very function, which the agent need not know, and telling each step.
  Result<spawn::WorkerRecord> spawn(const SpawnRequest& request, const spawn::FunctionDescription& function,
                                    FunctionOutcome outcome, spawn::SpawnProgress progress);
  /// A directory and all below it, depth first.
  Result<std::vector<AnchorListing>> walk(const std::string& path);
  /// One worker, dead ones too while they are remembered.
  Result<spawn::WorkerRecord> worker(WorkerId id);
  /// Waits a moment (limits::death_notice_ns) for the end of that very process; tells whether it has come.
  Result<bool> has_ended(const Address& worker);
  Result<spawn::AgentStatus> status();
  /// Ends everything on this host: workers, agent, keeper. Returns when it has begun.
  Result<void> shut_down(std::chrono::milliseconds grace);

 private:
  void ask(const lang::PeerPointer& agent);
  void told(const lang::PeerPointer& agent, const Result<spawn::Observation>& observation);
  void publish();
  void expire();

  std::unique_ptr<runtime::State> state_;
  std::unique_ptr<link::Timer> expiry_;
  // The loop's alone.
  Model model_;

  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> published_;
  Subscribers<std::shared_ptr<const Snapshot>> subscribers_;
  CallsWatch calls_;
};

}  // namespace circuit::monitor
