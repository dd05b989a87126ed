#include "server/listener.hpp"

#include <string_view>

#include "base/log.hpp"
#include "server/connections.hpp"
#include "server/http_session.hpp"

namespace circuit::web {
namespace {

constexpr std::string_view full =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: "
    "application/json\r\nContent-Length: 85\r\n"
    "Retry-After: 1\r\n\r\n"
    R"({"error":{"kind":"overloaded","text":"Too many connections are open. Close a page."}})";

}  // namespace

Listener::Listener(tcp::acceptor acceptor, const Endpoint& endpoint)
    : acceptor_(std::move(acceptor)), pause_(acceptor_.get_executor()), endpoint_(endpoint) {}

void Listener::run() {
  accept();
}

void Listener::close() {
  beast::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void Listener::accept() {
  acceptor_.async_accept([self = shared_from_this()](beast::error_code error, tcp::socket socket) {
    self->on_accept(error, std::move(socket));
  });
}

void Listener::on_accept(beast::error_code error, tcp::socket socket) {
  if (!acceptor_.is_open()) return;
  if (error) {
    // Out of descriptors, most likely: a moment later there may be some.
    log::warn("web: cannot take a connection: {}", error.message());
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([self = shared_from_this()](beast::error_code cancelled) {
      if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
    return;
  }
  beast::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (auto place = endpoint_.connections.take_place()) {
    auto session = std::make_shared<HttpSession>(std::move(socket), std::move(place), endpoint_);
    endpoint_.connections.add(session);
    session->run();
  } else {
    // Without waiting: an empty socket buffer takes this much, and whoever is too many gets no more care than
    // that.
    socket.non_blocking(true, ignored);
    socket.write_some(net::buffer(full), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }
  accept();
}

}  // namespace circuit::web
