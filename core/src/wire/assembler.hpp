// Puts bodies back together that came in pieces.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "wire/frame.hpp"

namespace circuit::wire {

/// A whole message: `body` lies in the read buffer (one piece) or in `owned`.
struct Message {
  FrameKind kind = FrameKind::ping;
  std::uint64_t call = 0;
  bool references = false;
  ByteView body;
  Buffer owned;
};

/// Per link. Bounded by limits::body_bytes, unfinished_bytes and unfinished_bodies, checked before memory is
/// taken. Thread safety: none.
class Assembler {
 public:
  /// The message that `frame` completes, if it does.
  Result<std::optional<Message>> add(const Frame& frame);
  std::size_t unfinished_bytes() const noexcept { return bytes_; }

 private:
  // Ordered by (kind, call): few at a time, and no hash that a peer could aim at.
  std::map<std::pair<FrameKind, std::uint64_t>, Buffer> bodies_;
  std::size_t bytes_ = 0;
};

}  // namespace circuit::wire
