// The reading side of the flight recorder: what a process does, or did when it died, seen from any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "record/call.hpp"
#include "record/memory.hpp"

namespace circuit::record {

/// A call in flight as it was at one moment.
struct RecordedCall : CallIdentity {
  CallState state = CallState::queued;
  /// SlotId::call() of its slot: what the calls made within it have as their parent.
  std::uint64_t slot = 0;
  /// 0: none.
  std::uint64_t deadline_ns = 0;
  /// The call that holds what this one waits for, or 0.
  std::uint64_t queued_behind = 0;
  /// The kernel's id of the thread that runs it, or 0.
  std::int32_t thread = 0;
  /// The length of the whole arguments, of which `arguments` are the first bytes.
  std::uint32_t argument_bytes = 0;
  std::vector<std::byte> arguments;
  /// Empty where the writer has named no such method. Control characters are replaced.
  std::string method_name;
};

/// A call that has ended.
struct FinishedCall : CallIdentity {
  Outcome outcome = Outcome::answered;
  std::uint64_t finished_ns = 0;
  std::string method_name;
};

/// What one direction has counted since the memory was made. None of them ever goes back.
struct Counters {
  std::uint64_t started = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t abandoned = 0;
  /// Calls that found no free slot.
  std::uint64_t overflowed = 0;
};

/// Any process that was given the memory reads it, while its writer lives and after. It trusts nothing that
/// it reads: a hostile writer can show it nonsense, and nothing worse. Thread safety: const functions from
/// any thread.
class Reader {
 public:
  /// Errors: `invalid` where `memory` is not a sealed recorder of this version in all its parts.
  static Result<Reader> open(UniqueFd memory);

  /// The calls in flight, oldest first. One that keeps changing while it is read is tried a bounded number of
  /// times, then left out.
  std::vector<RecordedCall> calls() const;
  /// At most `at_most` of the calls that ended, newest first; limits::recorded_finished_calls are kept.
  std::vector<FinishedCall> finished(std::size_t at_most) const;
  Counters counters(Direction direction) const;
  /// CLOCK_MONOTONIC of the last sign of life, 0 before the first.
  std::uint64_t heartbeat_ns() const noexcept;
  std::uint64_t worker() const noexcept;
  /// Of the writer; 0 before there was one.
  std::int32_t pid() const noexcept;
  /// The first 64 bits of the boot id of the kernel under which the memory was made.
  std::uint64_t boot() const noexcept;

 private:
  explicit Reader(Memory memory) noexcept : memory_(std::move(memory)) {}

  Memory memory_;
};

}  // namespace circuit::record
