#include "server/http_session.hpp"

#include <string>
#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "server/assets.hpp"
#include "server/routes.hpp"
#include "server/text.hpp"
#include "server/websocket_session.hpp"

namespace circuit::web {
namespace {

constexpr std::string_view stream_path = "/api/v1/stream";

bool reads_only(http::verb method) noexcept {
  return method == http::verb::get || method == http::verb::head;
}

std::string_view view(beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

}  // namespace

HttpSession::HttpSession(tcp::socket socket, std::unique_ptr<Place> place, const Endpoint& endpoint)
    : stream_(std::move(socket)),
      delay_(stream_.get_executor()),
      place_(std::move(place)),
      endpoint_(endpoint) {
  buffer_.max_size(limits::web_header_bytes + limits::web_body_bytes);
}

void HttpSession::run() {
  read_header();
}

void HttpSession::close() {
  delay_.cancel();
  stream_.close();
}

/// Between two requests the connection may rest; once a byte has come, the request has its time.
void HttpSession::wait_for_request() {
  if (buffer_.size() > 0) return read_header();
  stream_.expires_after(limits::web_idle_wait);
  constexpr std::size_t first_bytes = 4096;
  stream_.async_read_some(buffer_.prepare(first_bytes),
                          [self = shared_from_this()](beast::error_code error, std::size_t n) {
                            if (error) return self->stream_.close();
                            self->buffer_.commit(n);
                            self->read_header();
                          });
}

void HttpSession::read_header() {
  parser_.emplace();
  parser_->header_limit(limits::web_header_bytes);
  parser_->body_limit(limits::web_body_bytes);
  stream_.expires_after(limits::web_read_wait);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code error, std::size_t) { self->on_header(error); });
}

void HttpSession::on_header(beast::error_code error) {
  if (error) return on_unreadable(error);
  if (auto reply = refusal()) return send(std::move(*reply), true);
  if (websocket::is_upgrade(parser_->get())) return open_stream();
  if (serve_asset()) return;
  check_token();
}

void HttpSession::on_unreadable(beast::error_code error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return send(error_reply(http::status::request_header_fields_too_large, "invalid",
                            "The header of a request has at most 8 KiB."),
                true);
  if (error == http::error::body_limit)
    return send(
        error_reply(http::status::payload_too_large, "invalid", "The body of a request has at most 64 KiB."),
        true);
  bool garbled = error.category() == http::make_error_code(http::error::bad_method).category() &&
                 error != http::error::end_of_stream && error != http::error::partial_message;
  if (!garbled) return stream_.close();
  send(error_reply(http::status::bad_request, "invalid", "This is not HTTP/1.1: " + error.message() + "."),
       true);
}

std::optional<Reply> HttpSession::refusal() {
  const auto& request = parser_->get();
  auto refused = [&](std::string_view why) {
    log::info("web: refused {} {}: {}", view(request.method_string()), view(request.target()), why);
    return error_reply(http::status::forbidden, "refused", why);
  };
  if (!endpoint_.authorization.meant_for_us(request))
    return refused(
        "The Host of this request is not this endpoint's. Use the address that `circuit up` prints.");
  Authorization::Origin origin = Authorization::origin_of(request);
  bool upgrade = request.find(http::field::upgrade) != request.end();
  if (reads_only(request.method()) && !upgrade) {
    if (origin == Authorization::Origin::foreign) return refused("Another page has sent this request.");
    return std::nullopt;
  }
  if (origin == Authorization::Origin::foreign) return refused("Another page has sent this request.");
  if (origin == Authorization::Origin::absent && Authorization::bearer(request).empty())
    return refused("The request has neither an Origin nor a token in its header.");
  return std::nullopt;
}

bool HttpSession::serve_asset() {
  const auto& request = parser_->get();
  if (!reads_only(request.method())) return false;
  auto target = parse_target(view(request.target()));
  auto asset = target ? asset_at(target->path) : std::nullopt;
  if (!asset) return false;
  bool has_body = request.has_content_length() || request.chunked();
  send({http::status::ok, std::string(asset->content), asset->content_type}, has_body);
  return true;
}

void HttpSession::check_token() {
  std::string_view token = Authorization::bearer(parser_->get());
  if (token.empty())
    return send(error_reply(http::status::unauthorized, "refused",
                            "The header field `Authorization: Bearer TOKEN` is missing."),
                true);
  Role role = endpoint_.authorization.role_of(token);
  if (role != Role::none) return read_body(role);
  log::info("web: refused {} {}: wrong token", view(parser_->get().method_string()),
            view(parser_->get().target()));
  if (endpoint_.authorization.held_back(std::chrono::steady_clock::now()))
    return hold_back(
        error_reply(http::status::too_many_requests, "refused", "Too many wrong tokens have come."));
  send(error_reply(http::status::unauthorized, "refused",
                   "The token is not this endpoint's. It changes with each start of `circuit up`."),
       true);
}

void HttpSession::hold_back(Reply reply) {
  stream_.expires_never();
  delay_.expires_after(limits::web_wrong_token_delay);
  delay_.async_wait(
      [self = shared_from_this(), reply = std::move(reply)](beast::error_code cancelled) mutable {
        if (!cancelled) self->send(std::move(reply), true);
      });
}

void HttpSession::read_body(Role role) {
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this(), role](beast::error_code error, std::size_t) {
                     self->on_body(error, role);
                   });
}

void HttpSession::on_body(beast::error_code error, Role role) {
  if (error) return on_unreadable(error);
  auto& request = parser_->get();
  bool close = !request.keep_alive();
  auto target = parse_target(view(request.target()));
  if (!target)
    return send(
        error_reply(http::status::bad_request, "invalid", "The target of this request cannot be read."),
        close);
  // The cluster has its own deadlines; until it answers, nothing is read from this client.
  stream_.expires_never();
  Call call{request.method(), std::move(*target), std::move(request.body()), role};
  endpoint_.routes.handle(std::move(call), [self = shared_from_this(), close](Reply reply) {
    net::post(self->stream_.get_executor(),
              [self, close, reply = std::move(reply)]() mutable { self->send(std::move(reply), close); });
  });
}

void HttpSession::open_stream() {
  auto target = parse_target(view(parser_->get().target()));
  if (!target || target->path != stream_path)
    return send(
        error_reply(http::status::not_found, "invalid", "There is no stream here; /api/v1/stream is one."),
        true);
  stream_.expires_never();
  auto session = std::make_shared<WebsocketSession>(stream_.release_socket(), std::move(place_), endpoint_);
  endpoint_.connections.add(session);
  session->run(parser_->release());
}

void HttpSession::send(Reply reply, bool close) {
  const auto& request = parser_->get();
  unsigned version = request.version() == 10 ? 10 : 11;
  response_.emplace(respond(std::move(reply), version, request.method() == http::verb::head, close));
  stream_.expires_after(limits::web_write_wait);
  auto sent = [self = shared_from_this(), close](beast::error_code error, std::size_t) {
    self->on_sent(error, close);
  };
  http::async_write(stream_, *response_, std::move(sent));
}

void HttpSession::on_sent(beast::error_code error, bool close) {
  response_.reset();
  if (error) return stream_.close();
  if (!close) return wait_for_request();
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(std::chrono::seconds(1));
  drain();
}

/// Takes what the client still sends, for a moment: closing on unread bytes would destroy the reply on its
/// way.
void HttpSession::drain() {
  constexpr std::size_t most_bytes = 256 * 1024;
  if (drained_bytes_ > most_bytes) return stream_.close();
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(limits::web_header_bytes),
                          [self = shared_from_this()](beast::error_code error, std::size_t n) {
                            if (error) return self->stream_.close();
                            self->drained_bytes_ += n;
                            self->drain();
                          });
}

}  // namespace circuit::web
