// Objects of this process that others refer to, and who holds how many references.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <circuit/identity.hpp>

#include "base/random.hpp"
#include "lang/servant.hpp"

namespace circuit::lang {

/// Counted per holder, with the count in each drop: a drop that crosses a new reference on the wire takes
/// away what the holder had seen, and no more. An id is random and is honoured only from a process that holds
/// the object, unless it is pinned. Thread safety: any thread.
class Exports {
 public:
  explicit Exports(Random& random) : random_(random) {}

  /// Counts one more reference of `holder` to the servant, and returns the object's id.
  std::uint64_t hold(const ServantPointer& servant, WorkerId holder);
  /// Keeps the servant for ever, open to everyone who knows its id, and returns the id.
  std::uint64_t pin(const ServantPointer& servant);
  /// One of `givers` has handed its reference on to `claimer`: counts one for the claimer. False: none of
  /// them holds one.
  bool claim(std::uint64_t object, const std::vector<WorkerId>& givers, WorkerId claimer);
  /// Takes `count` references of `holder` away; the object goes with the last one, unless it is pinned.
  /// Nonsense is ignored.
  void release(WorkerId holder, std::uint64_t object, std::uint64_t count);
  /// The holder is dead: all that it held is released.
  void release_all(const Peer& holder);

  /// The node ends: everything goes, and nobody is told.
  void clear();

  /// The servant, if `holder` may call it; else null.
  ServantPointer find(std::uint64_t object, WorkerId holder) const;
  /// The servant, if it is pinned; else null.
  ServantPointer find_pinned(std::uint64_t object) const;
  /// Objects that other processes hold.
  std::size_t size() const;
  /// Called after the last object that was held has gone, on whatever thread took it away.
  void on_empty(std::function<void()> empty) { empty_ = std::move(empty); }

 private:
  struct Entry {
    ServantPointer servant;
    std::unordered_map<WorkerId, std::uint64_t> holders;
    bool pinned = false;
  };
  using Entries = std::unordered_map<std::uint64_t, Entry>;

  /// The entry of the servant, under a new id if it has none. Under the mutex.
  Entries::iterator entry_of(const ServantPointer& servant);

  Random& random_;
  std::function<void()> empty_;
  mutable std::mutex mutex_;
  Entries entries_;
  /// How many of them have a holder.
  std::size_t held_ = 0;
  std::unordered_map<const Servant*, std::uint64_t> ids_;
};

}  // namespace circuit::lang
