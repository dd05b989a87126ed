// Waiting for something that other processes bring about.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace circuit::support {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// How long a test waits for what must come: far longer than it takes on a busy machine under a sanitizer.
inline constexpr auto patience = 40s;

/// Asks until `condition` holds. False: it did not within the time.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds within = patience) {
  const auto deadline = Steady::now() + within;
  for (std::chrono::milliseconds pause = 1ms;; pause = std::min<std::chrono::milliseconds>(pause * 2, 10ms)) {
    if (condition()) return true;
    if (Steady::now() >= deadline) return false;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace circuit::support
