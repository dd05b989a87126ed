// Spawns a worker on this host that greets and stays. `circuit ls /...` shows it, `circuit kill /hello` ends
// it.
#include <chrono>
#include <ctime>
#include <future>
#include <iostream>

#include <circuit/circuit.hpp>

using Clock = std::chrono::system_clock;

/// The worker function: the time at the worker is the answer. A daemon says hello in the worker's output
/// every 30 s, until the worker is told to stop.
Clock::time_point hello(std::string name) {
  circuit::here().daemonize([name](std::stop_token stop) {
    std::promise<void> stopped;
    std::stop_callback on_stop(stop, [&] { stopped.set_value(); });
    auto end = stopped.get_future();
    do std::cout << "Hello " << name << std::endl;
    while (end.wait_for(std::chrono::seconds(30)) == std::future_status::timeout);
  });
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
