// References to others' objects that are on their way to a third process.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include <circuit/detail/call.hpp>

#include "lang/peer.hpp"

namespace circuit::lang {

/// The giver holds its own reference until the receiver has claimed one of its own.
/// Thread safety: any thread.
class Handovers {
 public:
  /// Keeps `target` for `receiver` (null: this process itself).
  std::uint64_t begin(const Peer* receiver, TargetPointer target);
  /// The receiver has claimed it, or never will. Only the one it was meant for counts.
  void settle(const Peer* receiver, std::uint64_t handover);
  /// For this process itself: ends the hand-over and returns what it kept.
  TargetPointer take(std::uint64_t handover);
  void settle_all(const Peer& receiver);
  /// The node ends: everything goes, and nobody is told.
  void clear();
  std::size_t size() const;
  void on_empty(std::function<void()> empty) { empty_ = std::move(empty); }

 private:
  struct Entry {
    const Peer* receiver;
    TargetPointer target;
  };

  std::function<void()> empty_;
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, Entry> entries_;
};

}  // namespace circuit::lang
