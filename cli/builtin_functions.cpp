// The worker functions that every cluster has, so that there is always something to spawn.
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <circuit/circuit.hpp>

namespace {

using Seconds = std::chrono::duration<double>;

std::string greet(std::string name) { return "Hello " + name; }

/// Sleeps, and wakes early when the worker is told to stop.
void sleep(double seconds) {
  std::stop_token stop = circuit::here().stop_token();
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, Seconds(std::min(seconds, 1e9)), [] { return false; });
}

/// Keeps one core busy; returns how many million rounds it made.
double burn(double seconds) {
  std::stop_token stop = circuit::here().stop_token();
  auto end = std::chrono::steady_clock::now() +
             std::chrono::duration_cast<std::chrono::nanoseconds>(Seconds(std::min(seconds, 1e9)));
  double value = 1, rounds = 0;
  while (std::chrono::steady_clock::now() < end && !stop.stop_requested()) {
    for (int i = 0; i < 10'000; ++i) value = std::sqrt(value + i);
    rounds += 0.01;
  }
  return value < 0 ? 0 : rounds;
}

std::vector<std::byte> echo(std::vector<std::byte> bytes) { return bytes; }

CIRCUIT_FUNCTION(greet, "name");
CIRCUIT_FUNCTION(sleep, {"seconds", 60});
CIRCUIT_FUNCTION(burn, {"seconds", 10});
CIRCUIT_FUNCTION(echo, "bytes");

}  // namespace
