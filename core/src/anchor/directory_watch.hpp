// Waiting for changes of directories: one watch of the coordinator per directory, however many wait for it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "anchor/directory_reader.hpp"

namespace circuit::anchor {

/// Where jobs are run that may wait for round trips: on a thread of the owner's, never on the coordinator's.
using Post = std::function<void(std::function<void()>)>;

/// What comes of waiting: the directory as it is now, or why there is none.
using ListingCallback = std::function<void(Result<Listing>)>;

namespace detail {
class Waiter;
}

/// Keeps a wait going; cancels it when it goes.
/// Thread safety: one owner.
class WatchHandle {
 public:
  WatchHandle() = default;
  WatchHandle(WatchHandle&&) noexcept = default;
  WatchHandle& operator=(WatchHandle&& other) noexcept;
  ~WatchHandle() { cancel(); }

  /// Once this has returned the callback is not running and will not run, unless it is the caller.
  void cancel() noexcept;

 private:
  friend class DirectoryWatches;
  explicit WatchHandle(std::shared_ptr<detail::Waiter> waiter) : waiter_(std::move(waiter)) {}

  std::shared_ptr<detail::Waiter> waiter_;
};

/// Thread safety: every function from any thread.
class DirectoryWatches : public std::enable_shared_from_this<DirectoryWatches> {
 public:
  DirectoryWatches(std::shared_ptr<const DirectoryReader> reader, Post post);

  /// As Tree::watch().
  WatchHandle watch(const Path& directory, std::uint64_t since, ListingCallback callback);
  /// One directory now, as watch() tells it: files that were seen before are not read again.
  Result<Listing> look(const Path& directory);

 private:
  using Waiters = std::vector<std::weak_ptr<detail::Waiter>>;
  struct Group {
    /// Whether the coordinator's watch stands. Until then whoever sets it looks after all waiters.
    bool armed = false;
    Waiters waiters;
  };

  void join(const Path& directory, const std::shared_ptr<detail::Waiter>& waiter);
  void arm(const Path& directory, const std::shared_ptr<Group>& group);
  Outcome<void> set_watch(const Path& directory, const std::shared_ptr<Group>& group);
  /// Tells those for whom something has changed already.
  void check(const Path& directory, const std::shared_ptr<Group>& group);
  /// Takes the waiters of a group whose watch is used up.
  Waiters disband(const Path& directory, const std::shared_ptr<Group>& group);
  void fired(const Path& directory, const std::shared_ptr<Group>& group, WatchEventKind kind);
  void tell(const Path& directory, const Waiters& waiters);
  void remember(const Path& directory, std::shared_ptr<const Listing> listing);

  const std::shared_ptr<const DirectoryReader> reader_;
  const Post post_;

  std::mutex mutex_;
  std::map<Path, std::shared_ptr<Group>> groups_;
  /// The last looks at directories with files, within limits::remembered_files.
  std::map<Path, std::shared_ptr<const Listing>> seen_;
  std::size_t seen_files_ = 0;
};

}  // namespace circuit::anchor
