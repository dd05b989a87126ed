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
#include "runtime/anchor_source.hpp"
#include "runtime/subtree_watch.hpp"

namespace circuit::runtime {

class State;

/// Asks again where an agent is lost and another comes, tells each agent the app's own registrations, and
/// keeps watches going.
class AnchorClient final : public AnchorSource, public std::enable_shared_from_this<AnchorClient> {
 public:
  explicit AnchorClient(State& state) : state_(&state) {}

  void close() override;
  AnchorListing open(const std::string& path) override;
  AnchorListing change(const std::string& path, std::uint64_t since,
                       std::optional<std::chrono::milliseconds> timeout) override;
  void add(const std::string& path) override;
  void claim(const std::string& path) override;
  void remove(const std::string& path) override;
  std::shared_ptr<SubtreeWatch> watch(const std::string& path, AnchorHandler handler) override;
  void end(std::shared_ptr<SubtreeWatch> watch) override;
  /// On the loop.
  void retry_later() override;

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
