#include "model/feed.hpp"

namespace circuit::gui {

Feed::Feed(monitor::Cluster& cluster, std::function<void()> wake)
    : cluster_(cluster), wake_(std::move(wake)) {
  snapshots_ = cluster_.subscribe([this](std::shared_ptr<const monitor::Snapshot> snapshot) {
    {
      std::lock_guard lock(mutex_);
      // The first look below may come after a newer one from here.
      if (snapshot_ && snapshot_->sequence >= snapshot->sequence) return;
      snapshot_ = std::move(snapshot);
    }
    wake_();
  });
  auto first = cluster_.snapshot();
  std::lock_guard lock(mutex_);
  if (!snapshot_ || snapshot_->sequence < first->sequence) snapshot_ = std::move(first);
}

Feed::~Feed() {
  readings_.reset();
  snapshots_.reset();
}

std::shared_ptr<const monitor::Snapshot> Feed::snapshot() const {
  std::lock_guard lock(mutex_);
  return snapshot_;
}

monitor::CallsPointer Feed::calls() const {
  std::lock_guard lock(mutex_);
  return calls_;
}

void Feed::watch_calls(bool watch) {
  if (watch == (readings_ != nullptr)) return;
  if (watch) {
    readings_ = cluster_.watch_calls([this](monitor::CallsPointer calls) {
      {
        std::lock_guard lock(mutex_);
        calls_ = std::move(calls);
      }
      wake_();
    });
    return;
  }
  readings_.reset();
  std::lock_guard lock(mutex_);
  calls_ = nullptr;
}

}  // namespace circuit::gui
