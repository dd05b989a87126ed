// Spawns a worker on this host that greets and stays. `circuit ls /...` shows it, `circuit kill /hello` ends
// it.
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <iostream>
#include <mutex>

#include <circuit/circuit.hpp>

using Clock = std::chrono::system_clock;

/// Says hello in the worker's output every 30 s, until the worker is told to stop.
void keep_greeting(const std::string& name, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    std::cout << "Hello " << name << std::endl;
    wake.wait_for(lock, stop, std::chrono::seconds(30), [] { return false; });
  }
}

/// The worker function: the time at the worker is the answer, and the greeting goes on in a daemon.
Clock::time_point hello(std::string name) {
  circuit::here().daemonize([name](std::stop_token stop) { keep_greeting(name, stop); });
  return Clock::now();
}
CIRCUIT_FUNCTION(hello, "name");

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  auto [time, worker] = runtime.spawn("localhost", {"/hello"}, hello, "world!");
  std::time_t seconds = Clock::to_time_t(time);
  std::cout << "Spawned " << worker.string() << "\nTime at the worker: " << std::ctime(&seconds);
} catch (const circuit::Error& error) {
  std::cerr << "hello: " << error.what() << "\n";
  return 1;
}
