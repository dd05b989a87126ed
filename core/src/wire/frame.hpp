// Frames: the unit that travels on a link. docs/wire.md specifies every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <circuit/bytes.hpp>

#include "base/result.hpp"

namespace circuit::wire {

/// The numbers go over the wire and never change.
enum class FrameKind : std::uint8_t {
  hello = 1,    ///< dialer -> acceptor, the first frame
  welcome = 2,  ///< acceptor -> dialer: the link is open
  refuse = 3,   ///< acceptor -> dialer: it is not, and why
  ping = 4,
  pong = 5,
  goodbye = 6,  ///< the sender is about to end, on purpose
  call = 16,
  reply = 17,      ///< the value of a call
  failure = 18,    ///< the error of a call
  cancel = 19,     ///< the caller no longer waits for that call
  moved = 20,      ///< the object that the call was for lives elsewhere, where the caller knows by now
  drop = 32,       ///< references that the sender held are gone
  settled = 33,    ///< a reference handed over has been claimed, or never will be
  forget = 34,     ///< the sender calls the result of that call by the call's id no more
  signature = 35,  ///< what a method is that the sender is going to call
};

bool is_known(FrameKind kind) noexcept;

/// The fixed head of every frame, 16 bytes, little endian: length, kind, flags, reserved, call id.
struct FrameHeader {
  static constexpr std::size_t size = 16;

  /// Bytes of the body piece that follows; at most limits::piece_bytes.
  std::uint32_t length = 0;
  FrameKind kind = FrameKind::ping;
  /// More pieces of this body follow in later frames of the same kind and call id.
  bool more = false;
  /// References stand in the body: the receiver takes them at arrival, before it knows what becomes of the
  /// rest.
  bool references = false;
  std::uint64_t call = 0;

  void write(std::byte* out) const noexcept;
  /// Checks length, kind, flags and the reserved bytes; `in` holds at least `size` bytes.
  static Result<FrameHeader> read(const std::byte* in);
};

/// A frame as it lies in the read buffer; the body is valid until the buffer is read into again.
struct Frame {
  FrameHeader header;
  ByteView body;
};

/// Takes the next whole frame off the front of `in`. nullopt: more bytes are needed.
Result<std::optional<Frame>> take_frame(ByteView& in);

}  // namespace circuit::wire
