#include "lang/handovers.hpp"

#include <vector>

namespace circuit::lang {

std::uint64_t Handovers::begin(const Peer* receiver, TargetPointer target) {
  std::lock_guard lock(mutex_);
  entries_.emplace(++last_, Entry{receiver, std::move(target)});
  return last_;
}

void Handovers::settle(const Peer* receiver, std::uint64_t handover) {
  TargetPointer kept;  // let go outside the lock
  bool empty;
  {
    std::lock_guard lock(mutex_);
    auto entry = entries_.find(handover);
    if (entry == entries_.end() || entry->second.receiver != receiver) return;
    kept = std::move(entry->second.target);
    entries_.erase(entry);
    empty = entries_.empty();
  }
  kept.reset();
  if (empty && empty_) empty_();
}

TargetPointer Handovers::take(std::uint64_t handover) {
  std::lock_guard lock(mutex_);
  auto entry = entries_.find(handover);
  if (entry == entries_.end() || entry->second.receiver != nullptr) return nullptr;
  TargetPointer kept = std::move(entry->second.target);
  entries_.erase(entry);
  return kept;
}

void Handovers::settle_all(const Peer& receiver) {
  std::vector<TargetPointer> kept;
  bool empty;
  {
    std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (entry->second.receiver != &receiver) {
        ++entry;
        continue;
      }
      kept.push_back(std::move(entry->second.target));
      entry = entries_.erase(entry);
    }
    empty = entries_.empty() && !kept.empty();
  }
  kept.clear();
  if (empty && empty_) empty_();
}

void Handovers::clear() {
  std::unordered_map<std::uint64_t, Entry> entries;  // destroyed outside the lock
  std::lock_guard lock(mutex_);
  entries.swap(entries_);
}

std::size_t Handovers::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace circuit::lang
