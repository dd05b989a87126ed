// One end of a connection that carries whole messages with descriptors: AF_UNIX, SOCK_SEQPACKET.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <circuit/bytes.hpp>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace circuit::keeper {

struct Datagram {
  Buffer bytes;
  /// Closed on exec, in the order in which they were sent.
  std::vector<UniqueFd> fds;
  /// More descriptors were sent than this process could take.
  bool fds_lost = false;
};

/// Sends and receives datagrams of at most limits::keeper_message_bytes without ever blocking.
/// Thread safety: none; one owner.
class DatagramSocket {
 public:
  /// Takes a connected socket over and makes it non-blocking and closed on exec.
  explicit DatagramSocket(UniqueFd socket);

  /// Two connected ends. Errors: as of socketpair(2).
  static Result<std::pair<UniqueFd, UniqueFd>> pair();

  /// To be polled: always for reading, and for writing while backlog() is not 0.
  int fd() const noexcept { return socket_.get(); }
  /// Datagrams that wait for the peer to read.
  std::size_t backlog() const noexcept { return backlog_.size(); }

  /// Sends a datagram, now or once flush() can. `fds` stay the caller's.
  /// Errors: `invalid` when it is too large, `overloaded` when too many wait, `dead` when the peer has
  /// closed.
  Result<void> send(Buffer bytes, std::span<const int> fds = {});
  /// Sends of the backlog what the peer has room for.
  Result<void> flush();
  /// The next datagram, or nothing for now. Errors: `dead` when the peer has closed, `invalid` for one that
  /// is too large.
  Result<std::optional<Datagram>> receive();
  /// Says that nothing more will be sent; the peer may still send.
  void finish() noexcept;

 private:
  struct Waiting {
    Buffer bytes;
    std::vector<UniqueFd> fds;
  };

  UniqueFd socket_;
  std::deque<Waiting> backlog_;
};

}  // namespace circuit::keeper
