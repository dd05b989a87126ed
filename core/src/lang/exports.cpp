#include "lang/exports.hpp"

#include <algorithm>

#include "lang/dispatcher.hpp"

namespace circuit::lang {

std::uint64_t Exports::hold(const ServantPointer& servant, WorkerId holder) {
  std::lock_guard lock(mutex_);
  auto [known, added] = ids_.try_emplace(servant.get(), 0);
  if (added) {
    do known->second = random_.id();
    while (known->second < fixed_object::end || entries_.contains(known->second));
    entries_[known->second].servant = servant;
  }
  ++entries_[known->second].holders[holder];
  return known->second;
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
    gone = std::move(entry->second.servant);
    ids_.erase(gone.get());
    entries_.erase(entry);
    empty = entries_.empty();
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
    for (const auto& [object, entry] : entries_)
      if (entry.holders.contains(id)) {
        held.push_back(object);
        servants.push_back(entry.servant);
      }
  }
  for (const ServantPointer& servant : servants) servant->caller_died(holder);
  servants.clear();
  for (std::uint64_t object : held) release(id, object, UINT64_MAX);
}

void Exports::clear() {
  std::unordered_map<std::uint64_t, Entry> entries;  // destroyed outside the lock
  {
    std::lock_guard lock(mutex_);
    entries.swap(entries_);
    ids_.clear();
  }
  for (const auto& [object, entry] : entries) entry.servant->drop_calls();
}

ServantPointer Exports::find(std::uint64_t object, WorkerId holder) const {
  std::lock_guard lock(mutex_);
  auto entry = entries_.find(object);
  if (entry == entries_.end() || !entry->second.holders.contains(holder)) return nullptr;
  return entry->second.servant;
}

std::size_t Exports::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace circuit::lang
