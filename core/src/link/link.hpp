// One connection to one peer: hello, frames, batches in both directions.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "link/loop.hpp"
#include "link/outbox.hpp"
#include "link/transport.hpp"
#include "wire/assembler.hpp"
#include "wire/messages.hpp"

namespace circuit::link {

class Link;

/// What a link tells the one that uses it. All calls come on the loop.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  /// The peer has said who it is. Return a failure to refuse it: it is sent, and the link closes.
  virtual Result<void> greeted(const std::shared_ptr<Link>& link, const wire::Hello& hello) = 0;
  /// The link is open in both directions: the peer has agreed too.
  virtual void opened(const std::shared_ptr<Link>& link) = 0;
  /// A whole message; its body is valid during the call, but `owned` may be moved from.
  virtual void received(const std::shared_ptr<Link>& link, wire::Message& message) = 0;
  /// Everything that one read had brought has been received.
  virtual void batch_received(const std::shared_ptr<Link>&) {}
  /// The link has ended; nothing comes after this. Told exactly once.
  virtual void closed(const std::shared_ptr<Link>& link, const Failure& reason) = 0;
};

/// Writing: whoever finds no writer becomes the writer and goes on until nothing waits; the others append and
/// leave. While a batch of incoming frames is handled on the loop, everything that is sent waits for the end
/// of the batch and leaves in one system call.
///
/// Thread safety: send() and close() from any thread, everything else on the loop.
class Link final : public Connection::Sink, public std::enable_shared_from_this<Link> {
 public:
  enum class Side { dialer, acceptor };

  /// `owner` and `loop` outlive the link.
  Link(Loop& loop, std::unique_ptr<Connection> connection, Side side, wire::Hello own, LinkOwner& owner);

  /// Begins with the hello. Call once.
  void start();

  /// Sends one message; its body, `head` followed by `rest`, is copied. Messages of the same `order` (0:
  /// none) are received in the order of sending. False: the link has ended. Waits while limits::pending_bytes
  /// lie unsent, unless called on the loop, where a peer that leaves limits::unread_bytes unread is given up.
  bool send(wire::FrameKind kind, std::uint64_t call, ByteView head, ByteView rest = {},
            bool references = false, std::uint64_t order = 0);

  /// Blocks until everything that was sent is with the kernel, at most until `deadline`. Any thread but the
  /// loop's.
  void wait_until_written(std::chrono::steady_clock::time_point deadline);

  /// Ends the link for this reason, after what can be written at once has been.
  void close(Failure reason);

  Side side() const noexcept { return side_; }
  /// The peer's hello. Loop only, once greeted.
  const wire::Hello& peer() const noexcept { return peer_; }
  std::optional<std::uint32_t> peer_user() const { return connection_->peer_user(); }
  /// When the last byte came, in ns of the loop's clock: any byte is a sign of life.
  std::uint64_t last_sign_ns() const noexcept { return last_sign_ns_.load(std::memory_order_relaxed); }
  bool is_open() const noexcept { return state_ == State::open; }

 private:
  enum class State { greeting, open, closed };

  void readable() override;
  void writable() override;
  /// Handles all whole frames of the read buffer; false: the link has ended.
  bool handle_frames();
  Result<void> handle(wire::Message& message);
  Result<void> handle_greeting(const wire::Message& message);
  /// As the writer: writes until nothing waits or the socket is full.
  void drain();
  /// Writes what is in flight; true when all of it is out.
  bool write_flight();
  void finish(Failure reason);

  Loop& loop_;
  const std::unique_ptr<Connection> connection_;
  const Side side_;
  const wire::Hello own_;
  LinkOwner& owner_;

  // -- the loop's alone --
  State state_ = State::greeting;
  wire::Hello peer_;
  wire::Assembler assembler_;
  std::vector<std::byte> read_buffer_;
  std::size_t read_begin_ = 0, read_end_ = 0;
  std::atomic<std::uint64_t> last_sign_ns_{0};

  // -- the writer's alone: whoever has set writing_ --
  Buffer flight_;
  std::size_t flown_ = 0;

  // -- guarded by mutex_ --
  std::mutex mutex_;
  std::condition_variable room_;
  Outbox outbox_;
  bool writing_ = false;
  bool corked_ = false;
  bool ended_ = false;
};

}  // namespace circuit::link
