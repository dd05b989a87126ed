// The smallest clients that can be wrong in every way: bytes over a socket, and a WebSocket.
#pragma once

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fake_cluster.hpp"
#include "server/server.hpp"

namespace circuit::web::testing {

inline constexpr const char* operate_token = "0123456789abcdef0123456789abcdef";
inline constexpr const char* view_token = "fedcba9876543210fedcba9876543210";

struct Response {
  /// 0: the connection ended without one.
  int status = 0;
  std::string head;
  std::string body;

  /// The value of a header field; empty if it is not there.
  std::string field(std::string_view name) const;
  boost::json::value json() const { return boost::json::parse(body); }
  /// The kind of the error that the body tells; empty if it is none.
  std::string error_kind() const;
};

/// A server over a fake cluster, and requests to it.
class Bench {
 public:
  Bench() : Bench(Server::Options{"127.0.0.1", 0, operate_token, view_token, "test <cluster>"}) {}
  explicit Bench(Server::Options options);

  FakeCluster cluster;
  /// Made by start(), so that a test can prepare the cluster first.
  void start();
  Server& server() { return *server_; }

  std::string host() const { return "127.0.0.1:" + std::to_string(server_->port()); }

  /// A request with the given header lines besides Host and, unless `token` is empty, the token.
  Response ask(std::string_view method, std::string_view target, std::string_view body = {},
               std::string_view token = operate_token, const std::vector<std::string>& lines = {});
  /// Sends these very bytes and reads one response. `head`: it has no body.
  Response raw(std::string_view bytes, bool head = false);

 private:
  Server::Options options_;
  std::unique_ptr<Server> server_;
};

/// A WebSocket client of the stream.
class StreamClient {
 public:
  /// Connects and upgrades. `origin` and `host`: empty leaves the field's usual value; "-" leaves Origin out.
  explicit StreamClient(Bench& bench, std::string origin = {}, std::string host = {}, std::string path = {});

  /// The HTTP status of the upgrade: 101 if it was granted.
  int status() const { return status_; }
  void send(std::string_view text);
  void send_token(std::string_view token = operate_token, std::string_view page = {});
  /// The next message; nothing when the stream ended (then close_code() tells how).
  std::optional<boost::json::object> receive();
  /// The next message of that type.
  std::optional<boost::json::object> receive(std::string_view type);
  int close_code() const;

 private:
  boost::asio::io_context io_;
  boost::beast::websocket::stream<boost::asio::ip::tcp::socket> socket_;
  int status_ = 0;
};

}  // namespace circuit::web::testing
