// What all streams share: the newest snapshot and calls, their texts, the outcomes that wait for their page.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "monitor/cluster.hpp"
#include "server/net.hpp"

namespace circuit::web {

class Hub;
class WebsocketSession;

/// A text that several streams send.
using SharedText = std::shared_ptr<const std::string>;

/// The way of a worker function's outcome to the hub. It outlives the hub, since a function may end after it.
/// Thread safety: any thread.
class OutcomeDoor {
 public:
  void deliver(const std::string& page, WorkerId id, const Result<std::string>& outcome);
  void open(Hub* hub);
  /// When it returns, no delivery is under way and none comes any more.
  void close();

 private:
  std::mutex mutex_;
  Hub* hub_ = nullptr;
};

/// Thread safety: all of it on the I/O thread, except what says otherwise.
class Hub {
 public:
  Hub(net::io_context& io, monitor::Cluster& cluster);

  /// Begins to listen to the cluster and to beat. Any thread.
  void start();
  /// Ends both. Before the I/O thread is gone, and not on it.
  void stop();

  void join(const std::shared_ptr<WebsocketSession>& session);
  void leave(const std::shared_ptr<WebsocketSession>& session);

  /// Whether the session's page looks at the calls in flight. They are read while any page does.
  void watch_calls(const std::shared_ptr<WebsocketSession>& session, bool watched);
  /// Null until they have been read.
  const monitor::CallsPointer& newest_calls() const noexcept { return newest_calls_; }
  /// The message that tells them.
  SharedText calls_text();

  const std::shared_ptr<const monitor::Snapshot>& newest() const noexcept { return newest_; }
  /// The part of the newest snapshot's message that is the same for all.
  SharedText newest_text();
  /// The message that turns `from` into the newest snapshot; null where nothing differs.
  SharedText delta_text(const std::shared_ptr<const monitor::Snapshot>& from);

  /// Any thread.
  void post_outcome(std::string page, SharedText message);

 private:
  void arrive(std::shared_ptr<const monitor::Snapshot> snapshot);
  void adopt_soon();
  void adopt();
  void pump_all();
  void arrive_calls(monitor::CallsPointer calls);
  void adopt_calls();
  void stop_reading_calls();
  void beat();
  void take_outcome(const std::string& page, const SharedText& message);

  net::io_context& io_;
  monitor::Cluster& cluster_;
  std::unique_ptr<monitor::Cluster::Subscription> subscription_;
  net::steady_timer beat_timer_;
  net::steady_timer coalescing_timer_;

  std::mutex mutex_;
  // Protected by mutex_.
  std::shared_ptr<const monitor::Snapshot> arrived_;
  bool adoption_asked_ = false;
  monitor::CallsPointer arrived_calls_;

  // On the I/O thread.
  bool stopped_ = false;
  std::unordered_set<std::shared_ptr<WebsocketSession>> sessions_;
  std::shared_ptr<const monitor::Snapshot> newest_;
  std::shared_ptr<const monitor::Snapshot> newest_text_of_;
  SharedText newest_text_;
  std::shared_ptr<const monitor::Snapshot> delta_from_;
  std::shared_ptr<const monitor::Snapshot> delta_to_;
  SharedText delta_text_;
  std::chrono::steady_clock::time_point adopted_at_{};
  std::unordered_set<std::shared_ptr<WebsocketSession>> calls_watchers_;
  std::unique_ptr<monitor::Cluster::Subscription> calls_subscription_;
  monitor::CallsPointer newest_calls_;
  SharedText calls_text_;
  struct WaitingOutcome {
    std::string page;
    SharedText message;
  };
  std::deque<WaitingOutcome> waiting_;
};

}  // namespace circuit::web
