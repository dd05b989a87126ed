#include "anchor/directory_watch.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/limits.hpp"

namespace circuit::anchor {
namespace detail {

/// One callback, called at most once.
class Waiter {
 public:
  Waiter(std::uint64_t since, ListingCallback callback) : since_(since), callback_(std::move(callback)) {}

  std::uint64_t since() const noexcept { return since_; }

  void tell(const Result<Listing>& news) {
    // Held while the callback runs, so that cancel() waits for it; recursive, so that the callback may
    // cancel.
    std::lock_guard lock(mutex_);
    if (!callback_) return;
    std::exchange(callback_, nullptr)(news);
  }

  void cancel() noexcept {
    std::lock_guard lock(mutex_);
    callback_ = nullptr;
  }

 private:
  const std::uint64_t since_;
  std::recursive_mutex mutex_;
  ListingCallback callback_;
};

}  // namespace detail

namespace {

void tell_all(const std::vector<std::weak_ptr<detail::Waiter>>& waiters, const Result<Listing>& news) {
  for (const auto& one : waiters)
    if (auto waiter = one.lock()) waiter->tell(news);
}

}  // namespace

WatchHandle& WatchHandle::operator=(WatchHandle&& other) noexcept {
  if (this != &other) {
    cancel();
    waiter_ = std::move(other.waiter_);
  }
  return *this;
}

void WatchHandle::cancel() noexcept {
  if (auto waiter = std::exchange(waiter_, nullptr)) waiter->cancel();
}

DirectoryWatches::DirectoryWatches(std::shared_ptr<const DirectoryReader> reader, Post post)
    : reader_(std::move(reader)), post_(std::move(post)) {}

WatchHandle DirectoryWatches::watch(const Path& directory, std::uint64_t since, ListingCallback callback) {
  auto waiter = std::make_shared<detail::Waiter>(since, std::move(callback));
  post_([self = shared_from_this(), directory, weak = std::weak_ptr(waiter)] {
    if (auto waiting = weak.lock()) self->join(directory, waiting);
  });
  return WatchHandle(std::move(waiter));
}

void DirectoryWatches::join(const Path& directory, const std::shared_ptr<detail::Waiter>& waiter) {
  bool first = false;
  std::shared_ptr<Group> group;
  bool armed = false;
  {
    std::lock_guard lock(mutex_);
    std::shared_ptr<Group>& known = groups_[directory];
    first = known == nullptr;
    if (first) known = std::make_shared<Group>();
    group = known;
    std::erase_if(group->waiters, [](const auto& one) { return one.expired(); });
    group->waiters.push_back(waiter);
    armed = group->armed;
  }
  if (first)
    arm(directory, group);
  else if (armed)
    check(directory, group);
}

void DirectoryWatches::arm(const Path& directory, const std::shared_ptr<Group>& group) {
  if (auto set = set_watch(directory, group); !set) {
    auto what = to_failure(fmt::format("watching the anchor {}", directory.string()), set.error());
    tell_all(disband(directory, group), what);
    return;
  }
  {
    std::lock_guard lock(mutex_);
    group->armed = true;
  }
  // Only now: what changed before the watch stood is seen here, what changes from now on is heard.
  check(directory, group);
}

Outcome<void> DirectoryWatches::set_watch(const Path& directory, const std::shared_ptr<Group>& group) {
  std::string node = reader_->node_of(directory);
  Watch watch = [weak = weak_from_this(), directory, member = std::weak_ptr(group)](const WatchEvent& event) {
    auto self = weak.lock();
    auto target = member.lock();
    if (self && target) self->fired(directory, target, event.kind);
  };
  Coordinator& coordinator = reader_->coordinator();
  for (int attempt = 0; attempt < limits::anchor_attempts; ++attempt) {
    auto children = asked_again([&] { return coordinator.children(node, watch); });
    if (children) return {};
    if (children.error().code != Code::no_node) return children.error();
    auto stat = asked_again([&] { return coordinator.exists(node, watch); });
    if (!stat) return stat.error();
    if (!*stat) return {};
    // Created between the two questions; the second watch hears of its removal and does no harm.
  }
  return CoordinatorError{Code::not_empty, "it comes and goes faster than it can be watched", {}};
}

void DirectoryWatches::check(const Path& directory, const std::shared_ptr<Group>& group) {
  auto revision = reader_->revision(directory);
  if (!revision) {
    tell_all(disband(directory, group), revision.error());
    return;
  }
  Waiters due;
  {
    std::lock_guard lock(mutex_);
    std::erase_if(group->waiters, [&](const auto& one) {
      auto waiter = one.lock();
      if (!waiter) return true;
      if (waiter->since() >= *revision) return false;
      due.push_back(one);
      return true;
    });
  }
  if (!due.empty()) tell(directory, due);
}

DirectoryWatches::Waiters DirectoryWatches::disband(const Path& directory,
                                                    const std::shared_ptr<Group>& group) {
  std::lock_guard lock(mutex_);
  if (auto known = groups_.find(directory); known != groups_.end() && known->second == group)
    groups_.erase(known);
  return std::exchange(group->waiters, {});
}

void DirectoryWatches::fired(const Path& directory, const std::shared_ptr<Group>& group,
                             WatchEventKind kind) {
  Waiters waiters = disband(directory, group);
  if (waiters.empty()) return;
  post_([self = shared_from_this(), directory, kind, waiters = std::move(waiters)] {
    if (kind == WatchEventKind::lost)
      tell_all(waiters,
               failure(ErrorKind::unreachable,
                       fmt::format("the anchor {} is not watched any more: the session with the anchor tree "
                                   "has ended; connect again",
                                   directory.string())));
    else
      self->tell(directory, waiters);
  });
}

void DirectoryWatches::tell(const Path& directory, const Waiters& waiters) {
  tell_all(waiters, look(directory));
}

Result<Listing> DirectoryWatches::look(const Path& directory) {
  std::shared_ptr<const Listing> known;
  {
    std::lock_guard lock(mutex_);
    if (auto found = seen_.find(directory); found != seen_.end()) known = found->second;
  }
  auto listing = reader_->list(directory, known.get());
  if (listing.has_value() && !listing->files.empty())
    remember(directory, std::make_shared<const Listing>(*listing));
  else if (known)
    remember(directory, nullptr);
  return listing;
}

void DirectoryWatches::remember(const Path& directory, std::shared_ptr<const Listing> listing) {
  std::lock_guard lock(mutex_);
  if (auto found = seen_.find(directory); found != seen_.end()) {
    seen_files_ -= found->second->files.size();
    seen_.erase(found);
  }
  if (!listing || listing->files.size() > limits::remembered_files) return;
  if (seen_files_ + listing->files.size() > limits::remembered_files) {
    seen_.clear();
    seen_files_ = 0;
  }
  seen_files_ += listing->files.size();
  seen_[directory] = std::move(listing);
}

}  // namespace circuit::anchor
