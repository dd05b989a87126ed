// What becomes of a worker that ends by itself.
#pragma once

#include <chrono>
#include <cstdint>

namespace circuit {

/// After which ends a worker is started again.
enum class RestartOn : std::uint8_t {
  never = 0,
  /// Ended by a signal or with a status other than 0, silent, or its function threw.
  failure = 1,
  /// Also when its function has returned and nothing kept the worker any more.
  always = 2,
};

/// The agent starts the worker again under the same anchors, with a new id, and runs the function with the
/// same arguments, after a pause that doubles from 100 ms to 10 s. A worker that is killed through Circuit,
/// or whose spawner is dead and that has not daemonized, is not started again.
struct Restart {
  RestartOn on = RestartOn::never;
  /// More restarts than this within that time are a crash loop: the worker stays dead, and its cause of death
  /// says so. At most limits::restarts_at_most.
  std::uint32_t at_most = 5;
  std::chrono::milliseconds within{60'000};
  friend bool operator==(const Restart&, const Restart&) = default;
};

/// How a worker is spawned.
struct SpawnOptions {
  Restart restart;
};

}  // namespace circuit
