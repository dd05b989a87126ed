// The newest picture of the cluster, handed from its thread to the one that draws.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "monitor/cluster.hpp"

namespace circuit::gui {

/// Thread safety: the drawing thread alone; the cluster's callbacks come from elsewhere.
class Feed {
 public:
  /// `wake` is called, from any thread, when there is something new.
  Feed(monitor::Cluster& cluster, std::function<void()> wake);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// The newest snapshot. Never null.
  std::shared_ptr<const monitor::Snapshot> snapshot() const;
  /// The newest reading of the calls, or null before the first, and while nobody watches them.
  monitor::CallsPointer calls() const;
  /// Reading the calls costs the agents something: not while nobody looks.
  void watch_calls(bool watch);

 private:
  monitor::Cluster& cluster_;
  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::shared_ptr<const monitor::Snapshot> snapshot_;
  monitor::CallsPointer calls_;
  std::unique_ptr<monitor::Cluster::Subscription> snapshots_, readings_;
};

}  // namespace circuit::gui
