// The bytes of a flight recorder. Version 1, little endian; each part starts on a cache line:
//
//   Header | Slot[2 * slots]: outgoing, then incoming | Finished[ring] | u64 method[names] | Name[names]
//
// Everything that changes is a lock-free atomic, and a fresh file of zeros is an empty recorder. A record of
// several words is guarded by a sequence number: odd while it is written. Its words are stored with release
// and loaded with acquire order, which costs nothing on x86 and needs no fences (the thread sanitizer knows
// none): a reader that saw a word of a newer record also sees that the sequence number has moved.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/limits.hpp"
#include "record/call.hpp"

namespace circuit::record::layout {

static_assert(std::endian::native == std::endian::little, "the layout is little endian");

using Word = std::atomic<std::uint64_t>;
using HalfWord = std::atomic<std::uint32_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == 8 && HalfWord::is_always_lock_free &&
              sizeof(HalfWord) == 4);

inline constexpr std::uint64_t magic = 0x4452'4f43'4552'4943;  // "CIRECORD"
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t argument_words = limits::recorded_argument_bytes / 8;
inline constexpr std::size_t name_words = 8;
/// A name is a byte of length and the text.
inline constexpr std::size_t name_bytes = name_words * 8 - 1;

/// Where everything is: follows from the number of slots alone, so a reader computes it and believes no
/// offset.
struct Shape {
  std::uint64_t magic = layout::magic;
  std::uint32_t version = layout::version;
  std::uint32_t header_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t slots_at = 0;
  std::uint64_t finished_at = 0;
  std::uint64_t methods_at = 0;
  std::uint64_t names_at = 0;
  std::uint32_t slots = 0;  ///< Per direction.
  std::uint32_t slot_bytes = 0;
  std::uint32_t finished = 0;
  std::uint32_t finished_bytes = 0;
  std::uint32_t names = 0;
  std::uint32_t name_bytes = 0;

  static Shape of(std::uint32_t slots) noexcept;
  friend bool operator==(const Shape&, const Shape&) = default;
};
static_assert(std::is_trivially_copyable_v<Shape> && sizeof(Shape) == 80);

/// What one direction counts outside of its slots.
struct alignas(64) Side {
  /// Slots that were ever used: the free ones are taken last in, first out, so a reader (which would make the
  /// kernel supply every page it looks at) need not look behind them.
  HalfWord used;
  Word overflowed;
};

struct alignas(64) Header {
  Shape shape;
  Word worker;
  /// The first 64 bits of the kernel's boot id: times are comparable within one boot.
  Word boot;
  HalfWord pid;
  alignas(64) Word heartbeat_ns;
  std::array<Side, 2> sides;
  /// How many calls were ever appended to the ring.
  alignas(64) Word finished;
};
static_assert(sizeof(Header) == 384 && std::is_standard_layout_v<Header>);

/// One call in flight. Between acquire and release its owner alone writes it, but for `progress`.
struct alignas(64) Slot {
  Word sequence;
  Word progress;
  Word call, parent, chain, object, method, peer;
  Word started_ns, deadline_ns;
  /// Means something while `progress` says so.
  Word queued_behind;
  HalfWord depth;
  HalfWord argument_bytes;
  /// How often this slot began a call, and how often one ended how. Kept in the slot, whose line is in the
  /// owner's cache already, because a shared counter would cost more than all the rest; readers add them up.
  Word started;
  std::array<Word, 3> ended;
  std::array<Word, argument_words> arguments;
  Word reserved;
};
static_assert(sizeof(Slot) == 256 && offsetof(Slot, started_ns) == 64 && offsetof(Slot, arguments) == 128);

/// One finished call.
struct alignas(64) Finished {
  /// 2 * ticket + 1 while it is written, 2 * ticket + 2 after.
  Word sequence;
  /// Over sequence and words: a writer that was stopped for a whole lap of the ring may write into another's
  /// record.
  Word check;
  std::array<Word, 9> words;
};
static_assert(sizeof(Finished) == 128);

/// The parts of Finished::words.
enum FinishedWord : std::size_t { call, parent, chain, object, method, peer, started_ns, finished_ns, kind };

struct Name {
  std::array<Word, name_words> words;
};
static_assert(sizeof(Name) == 64);

/// How far a call has come, in one word, so that a stale change is seen by one compare-and-swap and ignored:
/// generation (32 bits), state (7), whether `queued_behind` counts (1), thread (24; the kernel's ids have
/// 22).
struct Progress {
  std::uint32_t generation = 0;
  CallState state = CallState::free;
  bool behind = false;
  std::int32_t thread = 0;

  constexpr std::uint64_t word() const noexcept {
    return (std::uint64_t{generation} << 32) | (std::uint64_t{static_cast<std::uint8_t>(state)} << 25) |
           (std::uint64_t{behind} << 24) | (static_cast<std::uint32_t>(thread) & 0xff'ffffU);
  }
  static constexpr Progress of(std::uint64_t word) noexcept {
    return {static_cast<std::uint32_t>(word >> 32), static_cast<CallState>((word >> 25) & 0x7f),
            ((word >> 24) & 1) != 0, static_cast<std::int32_t>(word & 0xff'ffff)};
  }
};

/// The check word of a finished call: no defence against malice, which can show what it likes anyway, and so
/// cheap that it does not count.
inline std::uint64_t check_of(std::uint64_t sequence, const std::array<std::uint64_t, 9>& w) noexcept {
  using std::rotl;
  return (((sequence ^ rotl(w[0], 7)) + (rotl(w[1], 14) ^ rotl(w[2], 21))) ^
          (rotl(w[3], 28) + rotl(w[4], 35))) +
         ((rotl(w[5], 42) ^ rotl(w[6], 49)) + (rotl(w[7], 56) ^ rotl(w[8], 61)));
}

/// The place of a direction in arrays of two.
constexpr std::size_t side_of(Direction direction) noexcept {
  return direction == Direction::incoming ? 1 : 0;
}

}  // namespace circuit::record::layout
