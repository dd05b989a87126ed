#include "agent/registry.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "agent/session_file.hpp"
#include "base/log.hpp"
#include "keeper/process.hpp"

namespace circuit::agent {
namespace {

Failure with_comfort(Failure failure) {
  if (failure.kind == ErrorKind::unreachable)
    failure.text += "; workers live on, and are registered again when it is back";
  return failure;
}

/// Whether the same may go well later.
bool may_pass(const Failure& failure) {
  return failure.kind == ErrorKind::unreachable || failure.kind == ErrorKind::overloaded;
}

/// Whether the app that has left this file is still there. Its socket goes with its runtime, if that ends in
/// order.
bool lives(const Address& address, std::uint64_t start_ticks) {
  constexpr std::string_view scheme = "unix:";
  std::error_code ignored;
  return keeper::open_pidfd(address.pid, start_ticks) && address.endpoint.starts_with(scheme) &&
         std::filesystem::exists(address.endpoint.substr(scheme.size()), ignored);
}

template <class T>
Result<T> with_comfort(Result<T> result) {
  if (result.has_error()) return with_comfort(std::move(result).error());
  return result;
}

}  // namespace

Registry::Registry(CoordinatorSource source, std::filesystem::path session_file, std::uint64_t agent,
                   Hooks hooks)
    : source_(std::move(source)),
      session_file_(std::move(session_file)),
      agent_(agent),
      hooks_(std::move(hooks)) {}

// -- the session --------------------------------------------------------------------------------------------

void Registry::begin() {
  retry_at_.reset();
  auto listener = [this, generation = ++generation_](anchor::SessionEvent event) {
    hooks_.post([this, generation, event] { heard(generation, event); });
  };
  auto former = read_session(session_file_);
  auto session = source_.connect(former, listener);
  if (!session && former && session.error().code == anchor::Code::session_expired)
    session = source_.connect({}, listener);
  if (!session) {
    if (trouble_ != session.error().text) log::warn("the anchor tree: {}", session.error().text);
    trouble_ = session.error().text;
    // It may have come to life for a moment, and have said so.
    ++generation_;
    return try_later();
  }
  if (auto written = write_session(session_file_, (*session)->session()); written.has_error())
    log::warn("the next agent cannot resume this one's session: {}", written.error().text);
  session_ = *std::move(session);
  connected_ = true;
  tree_ = std::make_unique<anchor::Tree>(session_, hooks_.post);
  if (source_.expire_others) source_.expire_others();
  mend();
}

void Registry::heard(std::uint64_t generation, anchor::SessionEvent event) {
  if (generation != generation_) return;
  switch (event) {
    case anchor::SessionEvent::suspended:
      log::warn("the connection to the anchor tree is lost");
      connected_ = false;
      // Whether the session is over only the service knows; but by then it is, if it has not heard of us.
      presumed_lost_at_ = Steady::now() + source_.session_timeout;
      break;
    case anchor::SessionEvent::connected:
      log::info("the connection to the anchor tree is back");
      connected_ = true;
      presumed_lost_at_.reset();
      mend();
      break;
    case anchor::SessionEvent::expired:
      log::warn("the session with the anchor tree is over; registering everything again");
      drop_session();
      forget_session_file();
      presume_lost();
      begin();
      break;
  }
}

void Registry::drop_session() {
  ++generation_;
  connected_ = false;
  presumed_lost_at_.reset();
  for (const auto& each : followers_)
    if (auto follower = each.lock()) follower->stop();
  tree_.reset();
  session_.reset();
}

void Registry::presume_lost() {
  std::vector<WorkerId> fallen;
  for (auto& [id, each] : wanted_)
    if (std::exchange(each.stands, false)) fallen.push_back(id);
  if (!fallen.empty()) hooks_.changed(fallen, false);
}

void Registry::forget_session_file() {
  std::error_code ignored;
  std::filesystem::remove(session_file_, ignored);
}

void Registry::end() {
  trouble_ = "this agent is ending";
  retry_at_.reset();
  if (!session_) return;
  // Without a connection nothing can be done, and the session ends when its time is over.
  if (!connected_) return drop_session();
  ++generation_;
  if (auto swept = tree_->sweep(); swept.has_error())
    log::warn("empty directories may stay in the anchor tree: {}", swept.error().text);
  if (auto closed = session_->close(); !closed)
    log::warn("the session with the anchor tree stays until its time is over: {}", closed.error().text);
  forget_session_file();
  drop_session();
}

std::optional<Registry::Steady::time_point> Registry::next_look() const {
  std::optional<Steady::time_point> next;
  for (const auto& at : {retry_at_, presumed_lost_at_, look_at_apps_at_})
    if (at && (!next || *at < *next)) next = at;
  return next;
}

void Registry::look() {
  const auto now = Steady::now();
  if (presumed_lost_at_ && *presumed_lost_at_ <= now) {
    presumed_lost_at_.reset();
    presume_lost();
  }
  if (look_at_apps_at_ && *look_at_apps_at_ <= now) {
    look_at_apps_at_.reset();
    if (tree_ && !remove_dead_apps()) look_at_apps_at_ = now + limits::zookeeper_retry;
  }
  if (!retry_at_ || *retry_at_ > now) return;
  retry_at_.reset();
  if (session_)
    mend();
  else
    begin();
}

// -- what stands in the tree --------------------------------------------------------------------------------

Failure Registry::unreachable() const {
  return with_comfort(
      failure(ErrorKind::unreachable, fmt::format("the anchor tree cannot be reached: {}", trouble_)));
}

Result<void> Registry::add(const std::vector<anchor::Path>& anchors, const anchor::Entry& entry) {
  const WorkerId id = entry.address.id;
  Registered& each = wanted_[id] = {anchors, entry, false};
  if (living_) living_->insert(id);
  Result<void> added = tree_ ? with_comfort(tree_->add(anchors, entry)) : unreachable();
  each.stands = added.has_value();
  if (added.has_error()) {
    hooks_.changed({id}, false);
    if (may_pass(added.error()) && !retry_at_) try_later();
  }
  return added;
}

Result<void> Registry::claim(const anchor::Path& directory, const anchor::Entry& entry) {
  if (!tree_) return unreachable();
  const WorkerId id = entry.address.id;
  auto claimed = with_comfort(tree_->claim(directory, entry));
  if (living_) living_->insert(id);
  auto [found, is_new] = wanted_.try_emplace(id, Registered{{}, entry, true});
  if (claimed.has_error()) {
    // Where the outcome is not known, what came of it is a stray.
    if (may_pass(claimed.error()) && !retry_at_) try_later();
    return claimed;
  }
  auto& anchors = found->second.anchors;
  if (std::find(anchors.begin(), anchors.end(), directory) == anchors.end()) anchors.push_back(directory);
  return claimed;
}

Result<void> Registry::remove(const std::vector<anchor::Path>& anchors, WorkerId worker) {
  wanted_.erase(worker);
  if (living_) living_->erase(worker);
  Result<void> removed = tree_ ? with_comfort(tree_->remove(anchors, worker)) : unreachable();
  if (removed.has_error() && may_pass(removed.error()) && !retry_at_) try_later();
  return removed;
}

Result<void> Registry::leave(const anchor::Path& directory, WorkerId worker) {
  if (auto found = wanted_.find(worker); found != wanted_.end()) std::erase(found->second.anchors, directory);
  Result<void> removed = tree_ ? with_comfort(tree_->remove({directory}, worker)) : unreachable();
  if (removed.has_error() && may_pass(removed.error()) && !retry_at_) try_later();
  return removed;
}

void Registry::retain(const std::vector<WorkerId>& living) {
  living_.emplace(living.begin(), living.end());
  if (!tree_ || !remove_strays()) try_later();
}

void Registry::mend() {
  bool done = true;
  std::vector<WorkerId> risen;
  for (auto& [id, each] : wanted_) {
    auto added = tree_->add(each.anchors, each.entry);
    if (added.has_value() && !std::exchange(each.stands, true)) risen.push_back(id);
    if (added.has_value()) continue;
    log::warn("cannot register {} again: {}", id.string(), added.error().text);
    if (may_pass(added.error())) done = false;
    // The others would wait as long, for the same.
    if (added.error().kind == ErrorKind::unreachable) break;
  }
  if (!risen.empty()) hooks_.changed(risen, true);
  if (done) done = remove_strays();
  if (!done) return try_later();
  resume_followers();
  if (auto swept = tree_->sweep(); swept.has_error())
    log::warn("cannot sweep the anchor tree: {}", swept.error().text);
}

/// Files of this agent's workers that do not live or have left: they stand where that could not be noted in
/// the tree.
bool Registry::remove_strays() {
  if (!living_) return true;
  awaited_apps_.clear();
  auto all = tree_->walk(anchor::Path());
  if (all.has_error()) return false;
  bool done = true;
  for (const auto& [directory, listing] : *all)
    for (const anchor::Entry& entry : listing.files) {
      if (!is_stray(directory, entry)) continue;
      if (auto removed = tree_->remove({directory}, entry.address.id); removed.has_error()) done = false;
    }
  look_at_apps_at_ =
      awaited_apps_.empty() ? std::nullopt : std::optional(Steady::now() + limits::zookeeper_retry);
  return done;
}

bool Registry::is_stray(const anchor::Path& directory, const anchor::Entry& entry) {
  const WorkerId id = entry.address.id;
  if (entry.address.agent != agent_) return false;
  if (living_->contains(id)) {
    auto wanted = wanted_.find(id);
    if (wanted == wanted_.end()) return false;
    const auto& anchors = wanted->second.anchors;
    return std::find(anchors.begin(), anchors.end(), directory) == anchors.end();
  }
  if (!entry.app || !lives(entry.address, entry.start_ticks)) return true;
  awaited_apps_.emplace_back(directory, entry);
  return false;
}

/// False: some of those that are awaited live, and may still come.
bool Registry::remove_dead_apps() {
  auto settled = [this](const auto& each) {
    const auto& [directory, entry] = each;
    if (living_->contains(entry.address.id)) return true;
    if (lives(entry.address, entry.start_ticks)) return false;
    return tree_->remove({directory}, entry.address.id).has_value();
  };
  std::erase_if(awaited_apps_, settled);
  return awaited_apps_.empty();
}

Result<std::shared_ptr<anchor::Follower>> Registry::follow(const anchor::Path& top,
                                                           anchor::Follower::Reach reach,
                                                           std::function<void()> changed) {
  if (!tree_) return unreachable();
  auto lost = [this] {
    if (!retry_at_) try_later();
  };
  auto follower =
      std::make_shared<anchor::Follower>(top, reach, anchor::Follower::Hooks{std::move(changed), lost});
  if (auto started = follower->start(*tree_); started.has_error()) return with_comfort(started.error());
  std::erase_if(followers_, [](const auto& each) { return each.expired(); });
  followers_.push_back(follower);
  return follower;
}

void Registry::resume_followers() {
  for (const auto& each : followers_) {
    auto follower = each.lock();
    if (!follower || follower->is_following()) continue;
    if (auto started = follower->start(*tree_); started.has_error()) return try_later();
  }
}

Result<anchor::Listing> Registry::list(const anchor::Path& directory) {
  if (!tree_) return unreachable();
  return with_comfort(tree_->list(directory));
}

Result<anchor::Listing> Registry::open(const anchor::Path& directory) {
  if (!tree_) return unreachable();
  return with_comfort(tree_->open(directory));
}

Result<Registry::Walk> Registry::walk(const anchor::Path& directory) {
  if (!tree_) return unreachable();
  return with_comfort(tree_->walk(directory));
}

}  // namespace circuit::agent
