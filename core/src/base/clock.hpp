// Time, behind an interface so that a simulation can own it.
#pragma once

#include <chrono>
#include <cstdint>

namespace circuit {

/// Nanoseconds. Thread safety: any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Time since boot that never goes back (CLOCK_MONOTONIC): the same for every process of a host.
  virtual std::uint64_t now_ns() const noexcept = 0;
  /// Time since 1970 in UTC, which a person or NTP may set.
  virtual std::uint64_t wall_ns() const noexcept = 0;
};

/// A duration to add to a reading. Negative ones make no sense.
constexpr std::uint64_t ns_of(std::chrono::nanoseconds duration) noexcept {
  return static_cast<std::uint64_t>(duration.count());
}

/// The clock of this machine.
class SystemClock final : public Clock {
 public:
  std::uint64_t now_ns() const noexcept override;
  std::uint64_t wall_ns() const noexcept override;
};

}  // namespace circuit
