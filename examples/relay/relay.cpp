// A call within a call: a function in one worker calls an object in another, which takes its time.
// While it runs, `circuit calls` shows both, the second below the first.
//
//   relay [SECONDS]     10 without one
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>

#include <circuit/circuit.hpp>

using Seconds = std::chrono::duration<double>;

/// Lives in the second worker.
class Sleeper {
 public:
  /// Sleeps, and wakes early when the worker is told to stop.
  void rest(double seconds) {
    std::stop_token stop = circuit::here().stop_token();
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, Seconds(seconds), [] { return false; });
  }
};
CIRCUIT_INTERFACE(Sleeper, rest);

circuit::Ref<Sleeper> sleeper() { return circuit::here().make<Sleeper>(); }
CIRCUIT_FUNCTION(sleeper);

/// Runs in the first worker, and rests in the second.
void rest_elsewhere(circuit::Ref<Sleeper> remote, double seconds) {
  auto enough = std::chrono::duration_cast<std::chrono::milliseconds>(Seconds(seconds + 30));
  remote.within(enough).call<&Sleeper::rest>(seconds);
}
CIRCUIT_FUNCTION(rest_elsewhere, "sleeper", "seconds");

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  const double seconds = argc > 1 ? std::atof(argv[1]) : 10;
  if (!(seconds >= 0 && seconds <= 86400)) {
    std::cerr << "relay: the argument is a number of seconds from 0 to 86400\n";
    return 2;
  }
  auto [remote, second] = runtime.spawn("localhost", {"/relay/second"}, sleeper);
  std::cout << "Resting " << seconds << " s in " << second.string() << std::endl;
  auto first = runtime.spawn("localhost", {"/relay/first"}, rest_elsewhere, remote, seconds).worker;
  std::cout << "Rested, through " << first.string() << "\n";
} catch (const circuit::Error& error) {
  std::cerr << "relay: " << error.what() << "\n";
  return 1;
}
