// One HTTP connection: reads requests, checks them, answers, and becomes a stream when asked to.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "server/authorization.hpp"
#include "server/connections.hpp"
#include "server/endpoint.hpp"
#include "server/net.hpp"
#include "server/responses.hpp"

namespace circuit::web {

/// Thread safety: all of it on the I/O thread.
/// Lifetime: held by its pending operation, and by the call into the cluster that it waits for.
class HttpSession : public Connection, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(tcp::socket socket, std::unique_ptr<Place> place, const Endpoint& endpoint);
  void run();
  void close() override;

 private:
  using Parser = http::request_parser<http::string_body>;

  void wait_for_request();
  void read_header();
  void on_header(beast::error_code error);
  void read_body(Role role);
  void on_body(beast::error_code error, Role role);
  void on_unreadable(beast::error_code error);

  /// The reply that refuses a request by its header alone, if one does.
  std::optional<Reply> refusal();
  bool serve_asset();
  void check_token();
  void open_stream();
  void hold_back(Reply reply);

  /// Sends the reply. `close`: the request was not read to its end, or the client wants no more.
  void send(Reply reply, bool close);
  void on_sent(beast::error_code error, bool close);
  void drain();

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<http::response<http::string_body>> response_;
  net::steady_timer delay_;
  std::unique_ptr<Place> place_;
  const Endpoint& endpoint_;
  std::size_t drained_bytes_ = 0;
};

}  // namespace circuit::web
