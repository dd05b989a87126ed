// Durations as the clock's numbers.
#pragma once

#include <chrono>
#include <cstdint>

namespace circuit::keeper {

/// `time`, which is not negative, in nanoseconds.
constexpr std::uint64_t nanoseconds(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(time.count());
}

/// The milliseconds from `now_ns` until `due_ns`, as poll(2) takes them; rounded up, so that it is not called
/// early.
constexpr int milliseconds_until(std::uint64_t due_ns, std::uint64_t now_ns) {
  constexpr std::uint64_t longest_ms = 24 * 60 * 60 * 1000;
  if (due_ns <= now_ns) return 0;
  const std::uint64_t wait_ms = (due_ns - now_ns + 999'999) / 1'000'000;
  return static_cast<int>(wait_ms < longest_ms ? wait_ms : longest_ms);
}

}  // namespace circuit::keeper
