#include "server/hub.hpp"

#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "server/rendering.hpp"
#include "server/websocket_session.hpp"

namespace circuit::web {

void OutcomeDoor::deliver(const std::string& page, WorkerId id, const Result<std::string>& outcome) {
  auto message = std::make_shared<const std::string>(render_outcome(id, outcome));
  std::lock_guard lock(mutex_);
  if (hub_ != nullptr) hub_->post_outcome(page, std::move(message));
}

void OutcomeDoor::open(Hub* hub) {
  std::lock_guard lock(mutex_);
  hub_ = hub;
}

void OutcomeDoor::close() {
  std::lock_guard lock(mutex_);
  hub_ = nullptr;
}

Hub::Hub(net::io_context& io, monitor::Cluster& cluster)
    : io_(io), cluster_(cluster), beat_timer_(io), coalescing_timer_(io), newest_(cluster.snapshot()) {}

void Hub::start() {
  subscription_ = cluster_.subscribe(
      [this](std::shared_ptr<const monitor::Snapshot> snapshot) { arrive(std::move(snapshot)); });
  // What changed between the constructor and the subscription would otherwise be seen at the next change
  // only.
  arrive(cluster_.snapshot());
  net::post(io_, [this] { beat(); });
}

void Hub::stop() {
  subscription_.reset();
  net::post(io_, [this] {
    stopped_ = true;
    beat_timer_.cancel();
    coalescing_timer_.cancel();
    stop_reading_calls();
    sessions_.clear();
  });
}

void Hub::arrive(std::shared_ptr<const monitor::Snapshot> snapshot) {
  std::lock_guard lock(mutex_);
  if (arrived_ && arrived_->sequence >= snapshot->sequence) return;
  arrived_ = std::move(snapshot);
  if (std::exchange(adoption_asked_, true)) return;
  net::post(io_, [this] { adopt_soon(); });
}

/// A change that comes alone goes out at once; those that follow closely wait for each other.
void Hub::adopt_soon() {
  if (stopped_) return;
  auto due = adopted_at_ + limits::web_coalescing;
  if (std::chrono::steady_clock::now() >= due) return adopt();
  coalescing_timer_.expires_at(due);
  coalescing_timer_.async_wait([this](beast::error_code error) {
    if (!error) adopt();
  });
}

void Hub::adopt() {
  if (stopped_) return;
  {
    std::lock_guard lock(mutex_);
    adoption_asked_ = false;
    if (arrived_->sequence > newest_->sequence) newest_ = arrived_;
  }
  adopted_at_ = std::chrono::steady_clock::now();
  pump_all();
}

void Hub::pump_all() {
  // A session may leave while it is served.
  std::vector<std::shared_ptr<WebsocketSession>> sessions(sessions_.begin(), sessions_.end());
  for (const auto& session : sessions) session->pump();
}

void Hub::beat() {
  if (stopped_) return;
  std::vector<std::shared_ptr<WebsocketSession>> sessions(sessions_.begin(), sessions_.end());
  for (const auto& session : sessions) session->beat();
  beat_timer_.expires_after(limits::web_heartbeat);
  beat_timer_.async_wait([this](beast::error_code error) {
    if (!error) beat();
  });
}

void Hub::join(const std::shared_ptr<WebsocketSession>& session) {
  if (stopped_) return;
  sessions_.insert(session);
  std::erase_if(waiting_, [&](const WaitingOutcome& outcome) {
    if (outcome.page != session->page()) return false;
    session->queue(outcome.message);
    return true;
  });
  session->pump();
}

void Hub::leave(const std::shared_ptr<WebsocketSession>& session) {
  watch_calls(session, false);
  sessions_.erase(session);
}

void Hub::watch_calls(const std::shared_ptr<WebsocketSession>& session, bool watched) {
  if (stopped_ || !sessions_.contains(session)) return;
  if (!watched) {
    if (calls_watchers_.erase(session) > 0 && calls_watchers_.empty()) stop_reading_calls();
    return;
  }
  calls_watchers_.insert(session);
  if (calls_subscription_) return session->pump();
  calls_subscription_ =
      cluster_.watch_calls([this](monitor::CallsPointer calls) { arrive_calls(std::move(calls)); });
}

/// What was read is forgotten: whoever looks next must not see old calls as if they were in flight now.
void Hub::stop_reading_calls() {
  calls_watchers_.clear();
  calls_subscription_.reset();
  newest_calls_.reset();
  calls_text_.reset();
  std::lock_guard lock(mutex_);
  arrived_calls_.reset();
}

void Hub::arrive_calls(monitor::CallsPointer calls) {
  std::lock_guard lock(mutex_);
  // Those that wait to be adopted are replaced; the adoption that was asked for takes the newest.
  if (!std::exchange(arrived_calls_, std::move(calls))) net::post(io_, [this] { adopt_calls(); });
}

void Hub::adopt_calls() {
  {
    std::lock_guard lock(mutex_);
    if (!arrived_calls_) return;
    newest_calls_ = std::exchange(arrived_calls_, nullptr);
  }
  calls_text_.reset();
  pump_all();
}

SharedText Hub::calls_text() {
  if (!calls_text_)
    calls_text_ = std::make_shared<const std::string>(render_calls_message(*newest_calls_, wall_ms()));
  return calls_text_;
}

SharedText Hub::newest_text() {
  if (newest_text_of_ != newest_) {
    newest_text_ = std::make_shared<const std::string>(render_snapshot_rest(*newest_));
    newest_text_of_ = newest_;
  }
  return newest_text_;
}

SharedText Hub::delta_text(const std::shared_ptr<const monitor::Snapshot>& from) {
  if (delta_from_ != from || delta_to_ != newest_) {
    monitor::Delta delta = monitor::difference(*from, *newest_);
    delta_text_ = delta.empty() ? nullptr : std::make_shared<const std::string>(render(delta));
    delta_from_ = from;
    delta_to_ = newest_;
    // The text of a whole snapshot is large, and only a new stream needs it.
    newest_text_.reset();
    newest_text_of_.reset();
  }
  return delta_text_;
}

void Hub::post_outcome(std::string page, SharedText message) {
  net::post(io_,
            [this, page = std::move(page), message = std::move(message)] { take_outcome(page, message); });
}

void Hub::take_outcome(const std::string& page, const SharedText& message) {
  if (stopped_) return;
  std::vector<std::shared_ptr<WebsocketSession>> sessions(sessions_.begin(), sessions_.end());
  bool delivered = false;
  for (const auto& session : sessions) {
    if (session->page() != page) continue;
    session->queue(message);
    session->pump();
    delivered = true;
  }
  if (delivered) return;
  if (waiting_.size() >= limits::web_outcomes) waiting_.pop_front();
  waiting_.push_back({page, message});
}

}  // namespace circuit::web
