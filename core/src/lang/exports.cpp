#include "lang/exports.hpp"

#include <algorithm>

#include "lang/dispatcher.hpp"

namespace circuit::lang {

Exports::Entries::iterator Exports::entry_of(const ServantPointer& servant) {
  auto [known, added] = ids_.try_emplace(servant.get(), 0);
  if (!added) return entries_.find(known->second);
  do known->second = random_.id();
  while (known->second < fixed_object::end || entries_.contains(known->second));
  return entries_.emplace(known->second, Entry{servant, {}, false}).first;
}

std::uint64_t Exports::hold(const ServantPointer& servant, WorkerId holder) {
  std::lock_guard lock(mutex_);
  auto entry = entry_of(servant);
  if (entry->second.holders.empty()) ++held_;
  ++entry->second.holders[holder];
  return entry->first;
}

std::uint64_t Exports::pin(const ServantPointer& servant) {
  std::lock_guard lock(mutex_);
  auto entry = entry_of(servant);
  entry->second.pinned = true;
  return entry->first;
}

bool Exports::claim(std::uint64_t object, const std::vector<WorkerId>& givers, WorkerId claimer) {
  std::lock_guard lock(mutex_);
  auto entry = entries_.find(object);
  if (entry == entries_.end()) return false;
  auto& holders = entry->second.holders;
  if (std::none_of(givers.begin(), givers.end(), [&](WorkerId giver) { return holders.contains(giver); }))
    return false;
  ++holders[claimer];
  return true;
}

void Exports::release(WorkerId holder, std::uint64_t object, std::uint64_t count) {
  ServantPointer gone;  // destroyed outside the lock: it may hold references of its own
  bool empty = false;
  {
    std::lock_guard lock(mutex_);
    auto entry = entries_.find(object);
    if (entry == entries_.end()) return;
    auto& holders = entry->second.holders;
    auto held = holders.find(holder);
    if (held == holders.end()) return;
    if (held->second > count) {
      held->second -= count;
      return;
    }
    holders.erase(held);
    if (!holders.empty()) return;
    empty = --held_ == 0;
    if (!entry->second.pinned) {
      gone = std::move(entry->second.servant);
      ids_.erase(gone.get());
      entries_.erase(entry);
    }
  }
  gone.reset();
  if (empty && empty_) empty_();
}

void Exports::release_all(const Peer& holder) {
  WorkerId id = holder.address().id;
  std::vector<std::uint64_t> held;
  std::vector<ServantPointer> servants;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [object, entry] : entries_) {
      bool holds = entry.holders.contains(id);
      if (holds) held.push_back(object);
      // A pinned object is called without being held.
      if (holds || entry.pinned) servants.push_back(entry.servant);
    }
  }
  for (const ServantPointer& servant : servants) servant->caller_died(holder);
  servants.clear();
  for (std::uint64_t object : held) release(id, object, UINT64_MAX);
}

void Exports::clear() {
  Entries entries;  // destroyed outside the lock
  {
    std::lock_guard lock(mutex_);
    entries.swap(entries_);
    ids_.clear();
    held_ = 0;
  }
  for (const auto& [object, entry] : entries) entry.servant->drop_calls();
}

ServantPointer Exports::find(std::uint64_t object, WorkerId holder) const {
  std::lock_guard lock(mutex_);
  auto entry = entries_.find(object);
  if (entry == entries_.end() || !(entry->second.pinned || entry->second.holders.contains(holder)))
    return nullptr;
  return entry->second.servant;
}

ServantPointer Exports::find_pinned(std::uint64_t object) const {
  std::lock_guard lock(mutex_);
  auto entry = entries_.find(object);
  return entry == entries_.end() || !entry->second.pinned ? nullptr : entry->second.servant;
}

std::size_t Exports::size() const {
  std::lock_guard lock(mutex_);
  return held_;
}

}  // namespace circuit::lang
