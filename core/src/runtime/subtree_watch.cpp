#include "runtime/subtree_watch.hpp"

#include <exception>
#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "lang/context.hpp"
#include "runtime/anchor_client.hpp"

namespace circuit::runtime {

SubtreeWatch::SubtreeWatch(std::weak_ptr<AnchorSource> source, lang::Node& node, std::string path,
                           AnchorHandler handler)
    : source_(std::move(source)),
      node_(node),
      path_(std::move(path)),
      handler_(std::move(handler)),
      name_(node.new_chain()) {}

spawn::SubtreeOrder SubtreeWatch::order() const {
  std::lock_guard lock(mutex_);
  return {path_, epoch_, sequence_, limits::anchor_wait_ms, name_};
}

// -- what the agent tells -----------------------------------------------------------------------------------

void SubtreeWatch::ask(const lang::PeerPointer& agent) {
  if (ended_ || asked_ == agent) return;
  asked_ = agent;
  const auto patience = std::chrono::milliseconds(limits::anchor_wait_ms) + limits::call_deadline;
  auto done = [weak = weak_from_this(), agent](Result<spawn::SubtreeNews> news) {
    if (auto self = weak.lock()) self->told(agent, news);
  };
  lang::start_call(node_, agent, lang::fixed_object::agent, spawn::agent_interface().change_below, {patience},
                   std::function<void(Result<spawn::SubtreeNews>)>(std::move(done)), order());
}

void SubtreeWatch::told(const lang::PeerPointer& agent, const Result<spawn::SubtreeNews>& news) {
  if (asked_ != agent) return;
  asked_ = nullptr;
  auto source = source_.lock();
  if (ended_ || !source) return;
  // What stands there is not known just now: that is no reason to say that it has left.
  if (news.has_error()) return source->retry_later();
  take(*news);
  deliver();
  ask(agent);
}

void SubtreeWatch::take_back() {
  auto agent = std::exchange(asked_, nullptr);
  if (!agent || agent->verdict()) return;
  lang::start_call(node_, agent, lang::fixed_object::agent, spawn::agent_interface().end_wait, {},
                   std::function([](Result<void>) {}), name_);
}

void SubtreeWatch::take(const spawn::SubtreeNews& news) {
  std::lock_guard lock(mutex_);
  epoch_ = news.epoch;
  sequence_ = news.sequence;
  if (news.whole) {
    for (const auto& [key, file] : standing_) fresh_.insert(key);
    standing_.clear();
  }
  for (const spawn::AnchorDeparture& gone : news.left) {
    Key key(gone.directory, gone.worker);
    standing_.erase(key);
    fresh_.insert(std::move(key));
  }
  for (const spawn::AnchorStanding& file : news.joined) {
    Key key(file.directory, file.worker.address.id);
    standing_[key] = file_of(file.worker);
    fresh_.insert(std::move(key));
  }
}

// -- what the handler is told -------------------------------------------------------------------------------

void SubtreeWatch::deliver() {
  std::lock_guard lock(mutex_);
  if (ended_ || scheduled_ || fresh_.empty()) return;
  scheduled_ = node_.pool().submit([self = shared_from_this()] { self->run(); });
  if (scheduled_) return;
  if (auto source = source_.lock()) source->retry_later();
}

std::vector<AnchorEvent> SubtreeWatch::news() {
  std::vector<AnchorEvent> events;
  auto tell = [&](AnchorEvent::Kind kind, const Key& key, const AnchorFile& file) {
    events.push_back({kind, key.first, file});
  };
  for (const Key& key : std::exchange(fresh_, {})) {
    auto now = standing_.find(key);
    auto before = known_.find(key);
    const bool same = now != standing_.end() && before != known_.end() &&
                      now->second.address.incarnation == before->second.address.incarnation;
    if (same) continue;
    if (before != known_.end()) {
      tell(AnchorEvent::Kind::left, key, before->second);
      known_.erase(before);
    }
    if (now == standing_.end()) continue;
    tell(AnchorEvent::Kind::joined, key, now->second);
    known_[key] = now->second;
  }
  return events;
}

void SubtreeWatch::run() {
  lang::Context context;
  context.node = &node_;
  lang::ContextScope scope(context);
  std::unique_lock lock(mutex_);
  for (;;) {
    std::vector<AnchorEvent> events;
    if (!ended_) events = news();
    if (events.empty()) break;
    in_handler_ = std::this_thread::get_id();
    lock.unlock();
    try {
      handler_(events);
    } catch (const std::exception& exception) {
      log::error("the handler of a watch of {} threw: {}", path_, exception.what());
    } catch (...) {
      log::error("the handler of a watch of {} threw something that is no std::exception", path_);
    }
    lock.lock();
    in_handler_ = {};
    idle_.notify_all();
  }
  scheduled_ = false;
}

void SubtreeWatch::end() noexcept {
  if (!ended_.exchange(true))
    if (auto source = source_.lock()) source->end(shared_from_this());
  std::unique_lock lock(mutex_);
  idle_.wait(
      lock, [this] { return in_handler_ == std::thread::id() || in_handler_ == std::this_thread::get_id(); });
}

}  // namespace circuit::runtime
