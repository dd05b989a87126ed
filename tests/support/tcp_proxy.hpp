// A bad network between a client and a server of this machine.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

namespace circuit::support {

/// Passes the bytes of every connection on, until it is told otherwise. Thread safety: any thread.
class TcpProxy {
 public:
  explicit TcpProxy(std::uint16_t target_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  /// `127.0.0.1:PORT`.
  std::string address() const;

  /// Ends all connections that there are.
  void cut();
  /// While it is on, connections end as soon as they are made; those that there are end too.
  void refuse(bool on);
  /// While it is on, nothing passes, and nothing ends either.
  void stall(bool on);
  /// While it is on, what the server says is lost.
  void lose_answers(bool on);

  /// What has happened, so that a test can see that it did.
  std::size_t accepted() const noexcept { return accepted_; }
  std::size_t lost_bytes() const noexcept { return lost_bytes_; }

 private:
  struct Connection {
    UniqueFd client, server;
  };
  void work();
  void accept();
  /// False when the connection has ended.
  bool pass(const UniqueFd& from, const UniqueFd& to, bool lose);
  void wake() const;

  const std::uint16_t target_port_;
  std::uint16_t port_ = 0;
  UniqueFd listener_, wakeup_;
  std::atomic<bool> ended_{false}, cut_{false}, refused_{false}, stalled_{false}, losing_{false};
  std::atomic<std::size_t> accepted_{0}, lost_bytes_{0};
  std::vector<Connection> connections_;
  std::thread thread_;
};

}  // namespace circuit::support
