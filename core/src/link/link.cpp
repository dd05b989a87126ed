#include "link/link.hpp"

#include <cstring>
#include <fmt/format.h>

#include "base/limits.hpp"

namespace circuit::link {
namespace {

using wire::FrameKind;

std::string reason_of(const Transfer& transfer) {
  if (transfer.error_number == 0) return "the peer closed the connection";
  return fmt::format("the connection broke: {}", std::strerror(transfer.error_number));
}

}  // namespace

Link::Link(Loop& loop, std::unique_ptr<Connection> connection, Side side, wire::Hello own, LinkOwner& owner)
    : loop_(loop),
      connection_(std::move(connection)),
      side_(side),
      own_(std::move(own)),
      owner_(owner),
      read_buffer_(limits::piece_bytes / 4),
      last_sign_ns_(loop.clock().now_ns()) {}

void Link::start() {
  if (side_ == Side::dialer) send(FrameKind::hello, 0, wire::encode_hello(own_));
  connection_->wait_readable(shared_from_this());
}

// -- reading ------------------------------------------------------------------------------------------------

void Link::readable() {
  if (state_ == State::closed) return;
  {
    std::lock_guard lock(mutex_);
    corked_ = true;
  }
  Transfer transfer = connection_->read(std::span(read_buffer_).subspan(read_end_));
  bool alive = true;
  if (transfer.bytes > 0) {
    last_sign_ns_.store(loop_.clock().now_ns(), std::memory_order_relaxed);
    read_end_ += transfer.bytes;
    // A full read means that more waits: larger reads from now on, which make larger batches.
    bool full = read_end_ == read_buffer_.size();
    alive = handle_frames();
    if (alive) owner_.batch_received(shared_from_this());
    if (full && read_buffer_.size() < limits::read_bytes) read_buffer_.resize(read_buffer_.size() * 2);
  }
  bool write_now;
  {
    std::lock_guard lock(mutex_);
    corked_ = false;
    write_now = !ended_ && !writing_ && !outbox_.empty();
    if (write_now) writing_ = true;
  }
  if (write_now) drain();
  if (!alive || state_ == State::closed) return;
  if (transfer.ended) return finish(failure(ErrorKind::unreachable, reason_of(transfer)));
  connection_->wait_readable(shared_from_this());
}

bool Link::handle_frames() {
  ByteView in(read_buffer_.data() + read_begin_, read_end_ - read_begin_);
  for (;;) {
    auto frame = wire::take_frame(in);
    if (frame.has_error()) return finish(frame.error()), false;
    if (!*frame) break;
    // A stranger gets no memory: whoever has not greeted sends whole frames.
    if (state_ == State::greeting && (*frame)->header.more)
      return finish(failure(ErrorKind::invalid, "a hello in pieces")), false;
    auto message = assembler_.add(**frame);
    if (message.has_error()) return finish(message.error()), false;
    if (!*message) continue;
    auto handled = handle(**message);
    if (handled.has_error()) return finish(handled.error()), false;
    if (state_ == State::closed) return false;
  }
  // What is left is the beginning of a frame: it moves to the front, and a whole frame must have room behind
  // it.
  std::memmove(read_buffer_.data(), in.data(), in.size());
  read_begin_ = 0;
  read_end_ = in.size();
  constexpr std::size_t whole_frame = limits::piece_bytes + wire::FrameHeader::size;
  if (read_end_ == read_buffer_.size() && read_buffer_.size() < whole_frame) read_buffer_.resize(whole_frame);
  return true;
}

Result<void> Link::handle(wire::Message& message) {
  if (state_ == State::greeting) return handle_greeting(message);
  switch (message.kind) {
    case FrameKind::hello:
    case FrameKind::welcome:
    case FrameKind::refuse: return failure(ErrorKind::invalid, "the peer greets a second time");
    case FrameKind::ping: send(FrameKind::pong, message.call, {}); return {};
    case FrameKind::pong: return {};
    default: owner_.received(shared_from_this(), message); return {};
  }
}

Result<void> Link::handle_greeting(const wire::Message& message) {
  if (side_ == Side::dialer && message.kind == FrameKind::refuse) {
    Failure refusal = wire::decode_failure(message.body);
    return refusal;
  }
  FrameKind expected = side_ == Side::dialer ? FrameKind::welcome : FrameKind::hello;
  if (message.kind != expected) return failure(ErrorKind::invalid, "the peer speaks before its hello");
  auto hello = wire::decode_hello(message.body);
  auto self = shared_from_this();
  Result<void> agreed = hello.has_error() ? Result<void>(hello.error()) : Result<void>();
  if (agreed.has_value()) {
    peer_ = *hello;
    agreed = owner_.greeted(self, peer_);
  }
  if (agreed.has_error()) {
    if (side_ == Side::acceptor) send(FrameKind::refuse, 0, wire::encode_failure(agreed.error()));
    return agreed;
  }
  if (side_ == Side::acceptor) send(FrameKind::welcome, 0, wire::encode_hello(own_));
  state_ = State::open;
  owner_.opened(self);
  return {};
}

// -- writing ------------------------------------------------------------------------------------------------

bool Link::send(FrameKind kind, std::uint64_t call, ByteView head, ByteView rest, bool references,
                std::uint64_t order) {
  {
    std::unique_lock lock(mutex_);
    if (outbox_.bytes() > limits::pending_bytes && !loop_.on_loop())
      room_.wait(lock, [this] { return ended_ || outbox_.bytes() <= limits::pending_bytes; });
    if (ended_) return false;
    if (outbox_.bytes() > limits::unread_bytes) {
      ended_ = true;
      room_.notify_all();
      close(failure(
          ErrorKind::overloaded,
          fmt::format("the peer does not read: more than {} bytes wait for it", limits::unread_bytes)));
      return false;
    }
    outbox_.add(kind, call, head, rest, references, order);
    if (writing_ || (corked_ && loop_.on_loop())) return true;
    writing_ = true;
  }
  drain();
  return true;
}

void Link::drain() {
  for (;;) {
    if (!write_flight()) return;
    std::lock_guard lock(mutex_);
    flight_.clear();
    flown_ = 0;
    if (ended_ || outbox_.empty()) {
      writing_ = false;
      room_.notify_all();
      return;
    }
    outbox_.take(flight_);
    room_.notify_all();
  }
}

bool Link::write_flight() {
  while (flown_ < flight_.size()) {
    ByteView rest = flight_.view().subspan(flown_);
    Transfer transfer = connection_->write(std::span(&rest, 1));
    flown_ += transfer.bytes;
    if (transfer.would_block) {
      // The one that waits stays the writer: writable() goes on.
      loop_.post([self = shared_from_this()] { self->connection_->wait_writable(self); });
      return false;
    }
    if (transfer.ended) {
      loop_.post([self = shared_from_this(), transfer] {
        self->finish(failure(ErrorKind::unreachable, reason_of(transfer)));
      });
      return false;
    }
  }
  return true;
}

void Link::writable() { drain(); }

void Link::wait_until_written(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  room_.wait_until(lock, deadline, [this] { return ended_ || (!writing_ && outbox_.empty()); });
}

// -- the end ------------------------------------------------------------------------------------------------

void Link::close(Failure reason) {
  loop_.post([self = shared_from_this(), reason = std::move(reason)] { self->finish(reason); });
}

void Link::finish(Failure reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  bool write_rest;
  {
    std::lock_guard lock(mutex_);
    corked_ = false;
    write_rest = !writing_ && !ended_ && !outbox_.empty();
    if (write_rest) writing_ = true;
  }
  // A refusal or goodbye still goes out where the socket takes it.
  if (write_rest) drain();
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    room_.notify_all();
  }
  connection_->close();
  owner_.closed(shared_from_this(), reason);
}

}  // namespace circuit::link
