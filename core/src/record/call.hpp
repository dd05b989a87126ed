// What is recorded of a call: the words that writer and reader of a flight recorder share.
#pragma once

#include <cstdint>

#include <circuit/bytes.hpp>

namespace circuit::record {

/// Seen from the process that records. The numbers are part of the layout and never change.
enum class Direction : std::uint8_t { outgoing = 1, incoming = 2 };

/// `waiting`: an outgoing call without its answer. The numbers are part of the layout and never change.
enum class CallState : std::uint8_t { free = 0, queued = 1, running = 2, waiting = 3 };

/// `abandoned`: ended without an answer, by deadline, cancel or death of the peer. The numbers are part of
/// the layout and never change.
enum class Outcome : std::uint8_t { answered = 0, failed = 1, abandoned = 2 };

/// What every record of a call says. Times are CLOCK_MONOTONIC in nanoseconds.
struct CallIdentity {
  Direction direction = Direction::outgoing;
  /// The id on the wire. When a call begins, 0 lets the slot give it, as an outgoing call wants it.
  std::uint64_t call = 0;
  /// The call that made this one, or 0.
  std::uint64_t parent = 0;
  /// Names the flow of control of nested calls that it belongs to.
  std::uint64_t chain = 0;
  std::uint64_t object = 0;
  std::uint64_t method = 0;
  /// The worker at the other end.
  std::uint64_t peer = 0;
  std::uint64_t started_ns = 0;
  std::uint32_t depth = 0;
};

/// What is known of a call when it begins.
struct CallFacts : CallIdentity {
  CallState state = CallState::waiting;
  /// 0: none.
  std::uint64_t deadline_ns = 0;
  /// The whole arguments; the first limits::recorded_argument_bytes of them are kept, and nothing from a
  /// secret on.
  ByteView arguments;
};

/// Names one use of one slot. An id that was released never names a later call (until its slot has been used
/// 2^31 times more).
struct SlotId {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;

  /// The id as a call id for the wire; never 0.
  std::uint64_t call() const noexcept {
    return (std::uint64_t{generation} << 32) | (std::uint64_t{index} + 1);
  }
  /// The reverse of call(). Any number may be given: one that was never handed out names no slot in use.
  static SlotId of(std::uint64_t call) noexcept {
    return {static_cast<std::uint32_t>(call) - 1, static_cast<std::uint32_t>(call >> 32)};
  }
  friend bool operator==(const SlotId&, const SlotId&) = default;
};

}  // namespace circuit::record
