#include "support/tcp_proxy.hpp"

#include <array>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/loopback.hpp"

namespace circuit::support {

TcpProxy::TcpProxy(std::uint16_t target_port)
    : target_port_(target_port),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    ADD_FAILURE() << "no port for a proxy";
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { work(); });
}

TcpProxy::~TcpProxy() {
  ended_ = true;
  wake();
  thread_.join();
}

std::string TcpProxy::address() const { return fmt::format("127.0.0.1:{}", port_); }

void TcpProxy::wake() const { ::eventfd_write(wakeup_.get(), 1); }

void TcpProxy::cut() {
  cut_ = true;
  wake();
}

void TcpProxy::refuse(bool on) {
  refused_ = on;
  if (on) cut();
}

void TcpProxy::stall(bool on) {
  stalled_ = on;
  wake();
}

void TcpProxy::lose_answers(bool on) { losing_ = on; }

void TcpProxy::accept() {
  UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(target_port_);
  ++accepted_;
  if (refused_ || ::connect(server.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
  connections_.push_back({std::move(client), std::move(server)});
}

bool TcpProxy::pass(const UniqueFd& from, const UniqueFd& to, bool lose) {
  std::array<char, 64 * 1024> chunk;
  const ssize_t n = ::recv(from.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (n <= 0) return n < 0 && errno == EAGAIN;
  if (lose) {
    lost_bytes_ += static_cast<std::size_t>(n);
    return true;
  }
  return ::send(to.get(), chunk.data(), static_cast<std::size_t>(n), MSG_NOSIGNAL) == n;
}

void TcpProxy::work() {
  while (!ended_) {
    if (cut_.exchange(false)) connections_.clear();
    std::vector<pollfd> polls{{wakeup_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    if (!stalled_)
      for (const Connection& each : connections_) {
        polls.push_back({each.client.get(), POLLIN, 0});
        polls.push_back({each.server.get(), POLLIN, 0});
      }
    ::poll(polls.data(), polls.size(), -1);
    eventfd_t count = 0;
    if (polls[0].revents != 0) ::eventfd_read(wakeup_.get(), &count);
    const bool stalled = stalled_, cut = cut_;
    std::vector<Connection> kept;
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      Connection& each = connections_[i];
      bool lives = true;
      if (2 * i + 3 < polls.size() && !stalled && !cut) {
        if (polls[2 * i + 2].revents != 0) lives = pass(each.client, each.server, false);
        if (lives && polls[2 * i + 3].revents != 0) lives = pass(each.server, each.client, losing_);
      }
      if (lives) kept.push_back(std::move(each));
    }
    connections_ = std::move(kept);
    if (polls[1].revents != 0) accept();
  }
}

}  // namespace circuit::support
