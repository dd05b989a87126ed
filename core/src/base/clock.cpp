#include "base/clock.hpp"

#include <ctime>

namespace circuit {
namespace {

std::uint64_t read(clockid_t clock) noexcept {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

}  // namespace

std::uint64_t SystemClock::now_ns() const noexcept { return read(CLOCK_MONOTONIC); }
std::uint64_t SystemClock::wall_ns() const noexcept { return read(CLOCK_REALTIME); }

}  // namespace circuit
