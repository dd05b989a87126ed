#include "agent/anchor_waits.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "lang/remote_method.hpp"

namespace circuit::agent {

using spawn::DirectoryListing;
using spawn::SubtreeNews;

AnchorWaits::AnchorWaits(Registrar& registrar, link::Loop& loop, Random& random, RecordOf record_of)
    : registrar_(registrar),
      loop_(loop),
      random_(random),
      record_of_(std::move(record_of)),
      timer_(loop.make_timer()) {}

void AnchorWaits::change(lang::IncomingCallPointer call, const anchor::Path& directory, std::uint64_t since,
                         std::uint32_t wait_ms) {
  const std::uint64_t wait_ns = std::uint64_t{std::min(wait_ms, limits::anchor_wait_ms)} * 1'000'000;
  join({directory, Reach::directory}, {std::move(call), 0, since, loop_.clock().now_ns() + wait_ns, 0});
}

void AnchorWaits::change_below(lang::IncomingCallPointer call, const anchor::Path& top,
                               const spawn::SubtreeOrder& order) {
  const std::uint64_t wait_ns = std::uint64_t{std::min(order.wait_ms, limits::anchor_wait_ms)} * 1'000'000;
  join({top, Reach::subtree},
       {std::move(call), order.epoch, order.sequence, loop_.clock().now_ns() + wait_ns, order.wait});
}

// -- who waits ----------------------------------------------------------------------------------------------

bool AnchorWaits::is_full_for(const lang::Peer* caller) const {
  if (waits_ >= limits::anchor_waits) return true;
  std::size_t own = 0;
  for (const auto& [key, followed] : followed_)
    for (const Wait& wait : followed.waits) own += wait.call->peer().get() == caller;
  return own >= limits::anchor_waits_per_process;
}

void AnchorWaits::join(const Key& key, Wait wait) {
  if (is_full_for(wait.call->peer().get()))
    return wait.call->fail(failure(
        ErrorKind::overloaded,
        fmt::format(
            "too many waits for changes of the anchor tree: one process may have {} at once, all of a "
            "host {}",
            limits::anchor_waits_per_process, limits::anchor_waits)));
  auto [found, is_new] = followed_.try_emplace(key);
  Followed& followed = found->second;
  ++waits_;
  followed.waits.push_back(std::move(wait));
  if (is_new)
    follow(key);
  else if (followed.follower)
    settle(key, followed, loop_.clock().now_ns());
}

void AnchorWaits::end_wait(const lang::Peer* caller, std::uint64_t name) {
  for (auto& [key, followed] : followed_)
    for (Wait& wait : followed.waits)
      if (name != 0 && wait.name == name && wait.call->peer().get() == caller) wait.until_ns = 0;
  changed();
}

void AnchorWaits::caller_died(const lang::Peer& caller) {
  const std::uint64_t now = loop_.clock().now_ns();
  for (auto& [key, followed] : followed_) {
    waits_ -=
        std::erase_if(followed.waits, [&](const Wait& wait) { return wait.call->peer().get() == &caller; });
    if (followed.waits.empty()) followed.idle_ns = now;
  }
}

// -- what is followed for them ------------------------------------------------------------------------------

void AnchorWaits::follow(const Key& key) {
  const std::uint64_t epoch = random_.id();
  followed_.at(key).epoch = epoch;
  registrar_.follow(
      key.first, key.second, [this] { changed(); },
      [this, key, epoch](const Result<Registrar::Followed>& follower) { began(key, epoch, follower); });
}

void AnchorWaits::began(const Key& key, std::uint64_t epoch, const Result<Registrar::Followed>& follower) {
  auto found = followed_.find(key);
  if (found == followed_.end() || found->second.epoch != epoch) {
    if (follower.has_value()) registrar_.forget(*follower);
    return;
  }
  if (follower.has_value()) {
    found->second.follower = *follower;
    return settle(key, found->second, loop_.clock().now_ns());
  }
  for (Wait& wait : found->second.waits) wait.call->fail(follower.error());
  waits_ -= found->second.waits.size();
  followed_.erase(found);
}

void AnchorWaits::changed() {
  // A burst of changes is answered as one.
  if (waits_ > 0) arm(loop_.clock().now_ns() + limits::coalesce_ns);
}

void AnchorWaits::look() {
  armed_ns_.reset();
  const std::uint64_t now = loop_.clock().now_ns();
  for (auto each = followed_.begin(); each != followed_.end();) {
    auto& [key, followed] = *each;
    if (followed.follower) settle(key, followed, now);
    if (!followed.follower || !followed.waits.empty() ||
        now - followed.idle_ns < ns_of(limits::followed_idle)) {
      ++each;
      continue;
    }
    registrar_.forget(std::move(followed.follower));
    each = followed_.erase(each);
  }
}

void AnchorWaits::settle(const Key& key, Followed& followed, std::uint64_t now_ns) {
  if (!followed.waits.empty()) followed.idle_ns = now_ns;
  std::vector<Wait> waiting;
  for (Wait& wait : followed.waits) {
    if (wait.call->unwanted()) continue;
    const bool due = is_due(key, followed, wait);
    if (due || wait.until_ns <= now_ns)
      answer(key, followed, wait, due);
    else
      waiting.push_back(std::move(wait));
  }
  waits_ -= followed.waits.size() - waiting.size();
  followed.waits = std::move(waiting);
  std::uint64_t next = followed.idle_ns + ns_of(limits::followed_idle);
  for (const Wait& wait : followed.waits) next = std::min(next, wait.until_ns);
  arm(next);
}

bool AnchorWaits::is_due(const Key& key, const Followed& followed, const Wait& wait) const {
  if (key.second == Reach::directory) return followed.follower->revision() > wait.since;
  return wait.epoch != followed.epoch || followed.follower->sequence() != wait.since;
}

void AnchorWaits::answer(const Key& key, const Followed& followed, Wait& wait, bool is_due) {
  if (key.second == Reach::directory) {
    std::optional<DirectoryListing> listing;
    if (is_due) listing = told(key.first, followed.follower->listing());
    return lang::answer(*wait.call, Result<std::optional<DirectoryListing>>(std::move(listing)));
  }
  const anchor::SubtreeChange change =
      followed.follower->since(wait.epoch == followed.epoch ? wait.since : 0);
  SubtreeNews news{followed.epoch, change.sequence, change.whole, {}, {}};
  for (const anchor::Standing& file : change.joined)
    news.joined.push_back({file.directory.string(), record_of_(file.entry)});
  for (const anchor::FilePath& file : change.left) news.left.push_back({file.directory.string(), file.id});
  lang::answer(*wait.call, Result<SubtreeNews>(std::move(news)));
}

DirectoryListing AnchorWaits::told(const anchor::Path& path, const anchor::Listing& listing) const {
  DirectoryListing out;
  out.path = path.string();
  out.revision = listing.revision;
  out.directories = listing.directories;
  for (const anchor::Entry& entry : listing.files) out.workers.push_back(record_of_(entry));
  return out;
}

void AnchorWaits::arm(std::uint64_t at_ns) {
  if (armed_ns_ && *armed_ns_ <= at_ns) return;
  armed_ns_ = at_ns;
  timer_->arm(at_ns, [this] { look(); });
}

}  // namespace circuit::agent
