// The door: takes connections, as many as there may be.
#pragma once

#include <memory>

#include "server/endpoint.hpp"
#include "server/net.hpp"

namespace circuit::web {

/// Thread safety: all of it on the I/O thread.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(tcp::acceptor acceptor, const Endpoint& endpoint);
  void run();
  void close();

 private:
  void accept();
  void on_accept(beast::error_code error, tcp::socket socket);

  tcp::acceptor acceptor_;
  net::steady_timer pause_;
  const Endpoint& endpoint_;
};

}  // namespace circuit::web
