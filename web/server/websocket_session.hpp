// One stream: a snapshot, then what changes, to one browser at the pace at which it reads.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>

#include "monitor/snapshot.hpp"
#include "server/authorization.hpp"
#include "server/connections.hpp"
#include "server/endpoint.hpp"
#include "server/hub.hpp"
#include "server/net.hpp"

namespace circuit::web {

/// No changes are queued: while a message is on its way nothing is made, and afterwards one delta leads from
/// what was sent last to what is newest. So a slow browser costs no memory, and gets fewer and larger steps.
/// Thread safety: all of it on the I/O thread.
/// Lifetime: held by its pending operations and, while it streams, by the hub.
class WebsocketSession : public Connection, public std::enable_shared_from_this<WebsocketSession> {
 public:
  WebsocketSession(tcp::socket socket, std::unique_ptr<Place> place, const Endpoint& endpoint);
  /// `request` has passed the checks of Host and Origin.
  void run(http::request<http::string_body> request);
  void close() override;

  const std::string& page() const noexcept { return page_; }
  /// Takes a message to be sent before the next delta.
  void queue(SharedText message);
  /// Sends what is next, unless something is on its way.
  void pump();
  /// Once per limits::web_heartbeat.
  void beat();

 private:
  void on_accept(beast::error_code error);
  void read();
  void on_message(beast::error_code error);
  void open(const std::string& message);
  void change_watch(const std::string& message);
  bool allowed_to_speak();
  void end(websocket::close_code code, std::string_view reason);
  void leave();

  /// The next message as its parts; false if there is none.
  bool next_message();
  bool next_snapshot();
  bool next_delta();
  bool next_calls();
  void write();
  void on_written(beast::error_code error);

  websocket::stream<beast::tcp_stream> socket_;
  http::request<http::string_body> request_;
  beast::flat_buffer buffer_;
  net::steady_timer timer_;
  std::unique_ptr<Place> place_;
  const Endpoint& endpoint_;

  Role role_ = Role::none;
  std::string page_;
  bool ending_ = false;

  std::deque<SharedText> queue_;
  bool heartbeat_due_ = false;
  std::shared_ptr<const monitor::Snapshot> sent_;
  bool watches_calls_ = false;
  monitor::CallsPointer sent_calls_;
  /// Calls and deltas take turns, so that neither keeps the other from a slow browser.
  bool calls_turn_ = false;
  /// What is on its way.
  std::string head_;
  SharedText rest_;
  bool writing_ = false;
  std::chrono::steady_clock::time_point write_began_{};
  std::size_t slow_writes_ = 0;

  std::chrono::steady_clock::time_point second_began_{};
  std::size_t messages_this_second_ = 0;
};

}  // namespace circuit::web
