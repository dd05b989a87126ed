// Streams of bytes between processes, behind an interface so that a simulation or a fault can stand in.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <circuit/bytes.hpp>

#include "base/result.hpp"

namespace circuit::link {

/// What came of one attempt to read or write, which never blocks.
struct Transfer {
  std::size_t bytes = 0;
  /// Nothing could be moved now: wait for readiness.
  bool would_block = false;
  /// The stream has ended; `error_number` says why (0: the peer closed it).
  bool ended = false;
  int error_number = 0;
};

/// One two-way stream of bytes. Destroying it closes it.
/// Thread safety: read() and the waits on the loop's thread only; write() and close() on any thread, one
/// write at a time.
class Connection {
 public:
  /// Told on the loop when a wait is over. Each wait is told once.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void readable() = 0;
    virtual void writable() = 0;
  };

  virtual ~Connection() = default;
  virtual Transfer read(std::span<std::byte> into) = 0;
  virtual Transfer write(std::span<const ByteView> pieces) = 0;
  /// The sink is kept alive until the wait has been told or the connection closed.
  virtual void wait_readable(std::shared_ptr<Sink> sink) = 0;
  virtual void wait_writable(std::shared_ptr<Sink> sink) = 0;
  /// Ends the stream in both directions; waits that are under way end without being told.
  virtual void close() = 0;
  /// The user at the other end, where the kernel vouches for it.
  virtual std::optional<std::uint32_t> peer_user() const = 0;
};

/// Accepts until it is destroyed. Thread safety: the loop's thread only.
class Listener {
 public:
  virtual ~Listener() = default;
};

using Accepted = std::function<void(std::unique_ptr<Connection>)>;
using Dialed = std::function<void(Result<std::unique_ptr<Connection>>)>;

/// Makes connections. Thread safety: the loop's thread only; callbacks come on it.
class Transport {
 public:
  virtual ~Transport() = default;
  /// `endpoint` as in Address::endpoint.
  virtual void dial(const std::string& endpoint, Dialed dialed) = 0;
  virtual Result<std::unique_ptr<Listener>> listen(const std::string& endpoint, Accepted accepted) = 0;
  /// Goes on with a listening socket that was handed to this process.
  virtual Result<std::unique_ptr<Listener>> adopt(int listening_fd, Accepted accepted) = 0;
};

}  // namespace circuit::link
