// The one door through which every console sees and steers the cluster.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "monitor/calls.hpp"
#include "monitor/snapshot.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::monitor {

/// A spawn as a console asks for it: the arguments are JSON, checked against the function's signature.
struct SpawnRequest {
  std::string host = "localhost";
  std::vector<std::string> anchors;
  std::string function;
  /// JSON text of an array, one element per argument; trailing ones that have a default may be missing.
  std::string arguments = "[]";
  /// Which executable's function, when several have one of that name; empty: the first that has it.
  std::string executable;
  /// The agent calls the function, so that the worker outlives the console; no outcome comes then.
  bool detached = false;
  Restart restart = {};
};

struct KillRequest {
  WorkerId id;
  /// 0: an ordered stop, then SIGKILL after the grace. Otherwise this signal, at once.
  std::int32_t signal = 0;
  std::uint64_t grace_ms = 5000;
  /// Who asked, for the record.
  std::string by;
};

/// What came of a worker function: its result as JSON text, or the failure.
using FunctionOutcome = std::function<void(WorkerId, Result<std::string>)>;

/// One directory of the anchor tree.
struct AnchorListing {
  std::string path;
  std::uint64_t revision = 0;
  /// Names (not paths) of the directories in it, sorted.
  std::vector<std::string> directories;
  /// Workers that stand in it, sorted by id.
  std::vector<spawn::WorkerRecord> workers;
};

/// Thread safety: every function from any thread; callbacks come on a thread of the cluster's own and must
/// not block. Functions that return a Result block for at most their stated time.
class Cluster {
 public:
  virtual ~Cluster() = default;

  /// The newest model. Never null; immutable.
  virtual std::shared_ptr<const Snapshot> snapshot() const = 0;

  /// Calls `changed` after each new snapshot until the returned subscription is destroyed; after its
  /// destruction has returned, no call comes any more.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };
  virtual std::unique_ptr<Subscription> subscribe(
      std::function<void(std::shared_ptr<const Snapshot>)> changed) = 0;

  /// The calls in flight of which these workers have one end, now; all, where none is named.
  virtual Result<CallsPointer> calls(const std::vector<WorkerId>& workers) = 0;
  /// Reads the calls of all workers every limits::calls_refresh, for as long as anyone is subscribed, and
  /// tells what they are when they have changed (ages do not count). The first telling comes at once.
  virtual std::unique_ptr<Subscription> watch_calls(std::function<void(CallsPointer)> changed) = 0;

  /// Starts a worker and its function; returns when the worker runs (at most limits::spawn_deadline).
  /// `outcome`, if any, is called once when the function has ended.
  virtual Result<spawn::WorkerRecord> spawn(const SpawnRequest& request, FunctionOutcome outcome) = 0;
  /// Returns when the signal or request to stop is out, not when the worker has ended.
  virtual Result<void> kill(const KillRequest& request) = 0;
  /// Every function that can be spawned, with the executable that has it.
  virtual Result<std::vector<spawn::FunctionDescription>> functions() = 0;
  /// One directory; `not found` (invalid) where no worker stands under it.
  virtual Result<AnchorListing> anchors(const std::string& path) = 0;
};

}  // namespace circuit::monitor
