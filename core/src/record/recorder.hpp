// The writing side of the flight recorder, which is the runtime's own table of calls in flight.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "record/call.hpp"
#include "record/memory.hpp"

namespace circuit::record {

/// The writer; one per process and runtime. It hands out the slots that limit and name the calls in flight,
/// and writes what it is told into memory that other processes read, also after this one has died. What
/// decides (free slots and generations) is private: whoever scribbles into the shared memory garbles what is
/// shown, and never a call.
/// Thread safety: any thread, all functions; nothing but the making allocates, and nothing locks.
class Recorder {
 public:
  /// A recorder in new sealed memory, with `slots` slots for each direction.
  /// Errors: `invalid` for a number of slots that is 0 or beyond limits::recorder_slots; `refused` where the
  /// system has no memory or descriptor to give.
  static Result<std::unique_ptr<Recorder>> create(std::uint64_t worker,
                                                  std::uint32_t slots = limits::call_slots);
  /// The same memory without a writer: formatted and sealed, closed on exec. Errors: as create().
  static Result<UniqueFd> make_memory(std::uint64_t worker, std::uint32_t slots = limits::call_slots);
  /// Takes memory over as its writer. Calls that an earlier writer left in flight are counted as abandoned.
  /// Errors: `invalid` where it is not a sealed recorder of this version in all its parts.
  static Result<std::unique_ptr<Recorder>> attach(UniqueFd memory);

  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// The memory, to be handed to readers; stays the recorder's.
  int fd() const noexcept { return memory_.fd(); }
  std::uint64_t worker() const noexcept { return memory_.header().worker.load(std::memory_order_relaxed); }

  /// Slots for calls of one direction. The indices of those for incoming calls follow on those for outgoing
  /// ones.
  std::uint32_t slots() const noexcept { return slots_; }

  /// Records the beginning of a call. Nothing, and counted as overflowed, while all slots of the direction
  /// are in use.
  std::optional<SlotId> acquire(const CallFacts& facts) noexcept;
  /// Whether the slot still holds that call. Any id may be asked for, also one that a peer made up.
  bool current(SlotId id) const noexcept;
  /// The call runs on `thread` (a kernel thread id) and is queued behind nothing. A stale id is ignored, here
  /// and below.
  void running(SlotId id, std::int32_t thread) noexcept;
  void waiting(SlotId id) noexcept;
  /// The call waits for what `call` holds; 0: for nothing any more. Its state stays as it is.
  void queued_behind(SlotId id, std::uint64_t call) noexcept;
  /// The call goes to another object, of another process, than it was made for.
  void redirected(SlotId id, std::uint64_t object, std::uint64_t peer) noexcept;
  /// The call has ended at `now_ns`: counted, appended to the ring of finished calls, and its slot is free.
  void release(SlotId id, Outcome outcome, std::uint64_t now_ns) noexcept;

  /// How a method is called by people: at most 63 bytes are kept, of at most limits::recorded_names methods.
  /// The first name of a method stays. Method 0 and empty names are ignored.
  void name(std::uint64_t method, std::string_view text) noexcept;
  /// A sign of life.
  void beat(std::uint64_t now_ns) noexcept;
  /// Slots of that direction in use.
  std::uint32_t in_flight(Direction direction) const noexcept;

 private:
  /// What decides about a slot. The generation is odd while the slot is in use.
  struct Entry {
    std::atomic<std::uint32_t> generation;
    std::atomic<std::uint32_t> next;
  };
  /// The free slots of one direction, last in first out: tag (32 bits, counts pushes, so that a slot that
  /// went and came back is seen), slots in use (16), place of the first plus 1 (16; 0: none).
  struct alignas(64) FreeList {
    std::atomic<std::uint64_t> head;
  };

  explicit Recorder(Memory memory);
  void reset_side(std::size_t side);
  std::optional<std::uint32_t> pop(std::size_t side) noexcept;
  void push(std::uint32_t index) noexcept;
  void mark_used(std::size_t side, std::uint32_t place) noexcept;
  template <class Change>
  void progress(SlotId id, Change change) noexcept;
  void append(const std::array<std::uint64_t, 9>& words) noexcept;

  const Memory memory_;
  const std::uint32_t slots_;
  const std::unique_ptr<Entry[]> entries_;
  std::array<FreeList, 2> free_{};
};

}  // namespace circuit::record
