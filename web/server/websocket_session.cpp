#include "server/websocket_session.hpp"

#include <array>
#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "server/rendering.hpp"
#include "server/requests.hpp"
#include "server/responses.hpp"

namespace circuit::web {

using std::chrono::steady_clock;

WebsocketSession::WebsocketSession(tcp::socket socket, std::unique_ptr<Place> place, const Endpoint& endpoint)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      place_(std::move(place)),
      endpoint_(endpoint) {}

void WebsocketSession::run(http::request<http::string_body> request) {
  request_ = std::move(request);
  websocket::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = limits::web_token_wait;
  timeouts.idle_timeout = limits::web_write_wait;
  timeouts.keep_alive_pings = true;
  socket_.set_option(timeouts);
  socket_.set_option(websocket::permessage_deflate{});  // off, both ways
  socket_.set_option(
      websocket::stream_base::decorator([](websocket::response_type& response) { harden(response); }));
  socket_.read_message_max(limits::web_message_bytes);
  socket_.text(true);
  socket_.async_accept(request_,
                       [self = shared_from_this()](beast::error_code error) { self->on_accept(error); });
}

void WebsocketSession::close() {
  timer_.cancel();
  beast::get_lowest_layer(socket_).close();
  leave();
}

void WebsocketSession::on_accept(beast::error_code error) {
  if (error) return close();
  timer_.expires_after(limits::web_token_wait);
  timer_.async_wait([self = shared_from_this()](beast::error_code cancelled) {
    if (!cancelled && self->role_ == Role::none)
      self->end(websocket::close_code::policy_error, "no token came in time");
  });
  read();
}

void WebsocketSession::read() {
  socket_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
    self->on_message(error);
  });
}

void WebsocketSession::on_message(beast::error_code error) {
  if (error) return close();
  if (!allowed_to_speak()) return end(websocket::close_code::policy_error, "too many messages");
  std::string message = beast::buffers_to_string(buffer_.data());
  buffer_.consume(buffer_.size());
  if (role_ == Role::none)
    open(message);
  else
    change_watch(message);
  read();
}

bool WebsocketSession::allowed_to_speak() {
  auto now = steady_clock::now();
  if (now - second_began_ >= std::chrono::seconds(1)) {
    second_began_ = now;
    messages_this_second_ = 0;
  }
  return ++messages_this_second_ <= limits::web_messages_per_second;
}

void WebsocketSession::open(const std::string& message) {
  if (ending_) return;
  auto opening = parse_opening(message);
  if (!opening)
    return end(websocket::close_code::policy_error, "the first message must be {\"token\":\"...\"}");
  Role role = endpoint_.authorization.role_of(opening->token);
  if (role == Role::none) {
    log::info("web: refused a stream: wrong token");
    if (!endpoint_.authorization.held_back(steady_clock::now()))
      return end(websocket::close_code::policy_error, "wrong token");
    ending_ = true;
    timer_.expires_after(limits::web_wrong_token_delay);
    timer_.async_wait([self = shared_from_this()](beast::error_code cancelled) {
      self->ending_ = false;
      if (!cancelled) self->end(websocket::close_code::policy_error, "too many wrong tokens");
    });
    return;
  }
  role_ = role;
  page_ = std::move(opening->page);
  timer_.cancel();
  endpoint_.hub.join(shared_from_this());
}

/// What cannot be understood is not worth ending a stream for.
void WebsocketSession::change_watch(const std::string& message) {
  auto watch = parse_watch(message);
  if (!watch || ending_) return;
  watches_calls_ = watch->calls;
  // Whoever says it again is told again, also where nothing has changed meanwhile.
  sent_calls_.reset();
  endpoint_.hub.watch_calls(shared_from_this(), watches_calls_);
}

void WebsocketSession::leave() { endpoint_.hub.leave(shared_from_this()); }

void WebsocketSession::end(websocket::close_code code, std::string_view reason) {
  if (std::exchange(ending_, true)) return;
  leave();
  websocket::close_reason why{code, beast::string_view(reason.data(), reason.size())};
  socket_.async_close(why, [self = shared_from_this()](beast::error_code) { self->close(); });
}

void WebsocketSession::queue(SharedText message) {
  if (queue_.size() >= limits::web_queued_messages)
    return end(websocket::close_code::try_again_later, "too slow");
  queue_.push_back(std::move(message));
}

void WebsocketSession::beat() {
  heartbeat_due_ = true;
  // Nothing can be said on a connection that takes nothing, so it is simply cut.
  if (writing_ && steady_clock::now() - write_began_ > limits::web_write_wait) return close();
  pump();
}

void WebsocketSession::pump() {
  if (writing_ || ending_ || role_ == Role::none) return;
  if (next_message()) write();
}

bool WebsocketSession::next_message() {
  if (!sent_ || slow_writes_ > 0) return next_snapshot();
  if (!queue_.empty()) {
    rest_ = std::move(queue_.front());
    queue_.pop_front();
    return true;
  }
  calls_turn_ = !calls_turn_;
  if (calls_turn_ ? next_calls() || next_delta() : next_delta() || next_calls()) return true;
  if (!heartbeat_due_) return false;
  rest_ = std::make_shared<const std::string>(render_heartbeat(sent_->sequence, wall_ms()));
  return true;
}

bool WebsocketSession::next_snapshot() {
  sent_ = endpoint_.hub.newest();
  head_ = render_snapshot_head(role_, endpoint_.cluster_name, wall_ms());
  rest_ = endpoint_.hub.newest_text();
  return true;
}

bool WebsocketSession::next_delta() {
  if (sent_ == endpoint_.hub.newest()) return false;
  rest_ = endpoint_.hub.delta_text(sent_);
  if (rest_) sent_ = endpoint_.hub.newest();
  return rest_ != nullptr;
}

bool WebsocketSession::next_calls() {
  const monitor::CallsPointer& newest = endpoint_.hub.newest_calls();
  if (!watches_calls_ || !newest || newest == sent_calls_) return false;
  rest_ = endpoint_.hub.calls_text();
  sent_calls_ = newest;
  return true;
}

void WebsocketSession::write() {
  writing_ = true;
  heartbeat_due_ = false;
  write_began_ = steady_clock::now();
  std::array<net::const_buffer, 2> message{net::buffer(head_), net::buffer(*rest_)};
  socket_.async_write(message, [self = shared_from_this()](beast::error_code error, std::size_t) {
    self->on_written(error);
  });
}

void WebsocketSession::on_written(beast::error_code error) {
  writing_ = false;
  head_.clear();
  rest_.reset();
  if (error) return close();
  bool slow = steady_clock::now() - write_began_ > limits::web_slow_write;
  slow_writes_ = slow ? slow_writes_ + 1 : 0;
  if (slow_writes_ >= limits::web_slow_writes) return end(websocket::close_code::try_again_later, "too slow");
  pump();
}

}  // namespace circuit::web
