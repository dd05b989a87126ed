// A runtime's way to the anchor tree: through the agent, whichever that is just now.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <circuit/anchors.hpp>

#include "base/anchor_path.hpp"
#include "runtime/subtree_watch.hpp"

namespace circuit::runtime {

class State;

/// Asks again where an agent is lost and another comes, tells each agent the app's own registrations, and
/// keeps watches going. Blocking functions throw Error. Thread safety: any thread, where nothing else is
/// said.
class AnchorClient : public std::enable_shared_from_this<AnchorClient> {
 public:
  explicit AnchorClient(State& state) : state_(&state) {}

  /// The runtime ends: whatever is asked from now on fails with `cancelled`.
  void close();

  AnchorListing open(const std::string& path);
  /// Without a timeout it waits as long as it takes.
  AnchorListing change(const std::string& path, std::uint64_t since,
                       std::optional<std::chrono::milliseconds> timeout);
  void add(const std::string& path);
  void remove(const std::string& path);
  std::shared_ptr<SubtreeWatch> watch(const std::string& path, AnchorHandler handler);

  /// The watch is over.
  void end(std::shared_ptr<SubtreeWatch> watch);
  /// On the loop: a watch could not be told, and asks again a little later.
  void retry_later();

 private:
  template <class R, class... A>
  Result<R> ask(const lang::RemoteMethod<R(A...)>& method, std::chrono::milliseconds wait,
                const A&... arguments);
  State& state() const;
  /// From now on this hears of each agent.
  void keep_agent();
  void connected(const lang::PeerPointer& agent);
  void retry();
  void await_agent();

  std::atomic<State*> state_;
  std::once_flag kept_;

  std::mutex mutex_;
  std::condition_variable agent_found_;
  std::uint64_t agents_ = 0;
  /// Of an app: where it wants to stand. A worker's agent knows that by itself.
  std::set<std::string> own_anchors_;

  // The loop's alone.
  std::vector<std::weak_ptr<SubtreeWatch>> watches_;
  std::unique_ptr<link::Timer> timer_;
  bool retrying_ = false;
};

/// What a runtime shows of a record.
AnchorFile file_of(spawn::WorkerRecord record);

}  // namespace circuit::runtime
