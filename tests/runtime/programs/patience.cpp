// What takes longer than any deadline that the library gives by itself.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <mutex>

#include <circuit/circuit.hpp>

using circuit::Channel;

namespace {

/// Takes its time, unless it is stopped.
bool last(std::chrono::seconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  return !stopped.wait_for(lock, stop, time, [] { return false; }) && !stop.stop_requested();
}

}  // namespace

bool work(std::uint64_t seconds) { return last(std::chrono::seconds(seconds), circuit::stop_token()); }
CIRCUIT_FUNCTION(work);

// Goes on after its function has returned, and sends at the end.
void begin_daemon(std::uint64_t seconds, Channel<int> done) {
  circuit::here().daemonize([seconds, done](std::stop_token stop) {
    done.send(last(std::chrono::seconds(seconds), stop) ? 1 : 0);
  });
}
CIRCUIT_FUNCTION(begin_daemon);

int receive(Channel<int> from) { return from.receive(); }
CIRCUIT_FUNCTION(receive);

int main(int argc, char** argv) try {
  circuit::Runtime runtime{argc, argv};
  const auto work_seconds = std::strtoull(argv[1], nullptr, 10);
  const auto wait_seconds = std::strtoull(argv[2], nullptr, 10);
  auto done = runtime.channel<int>();
  auto working = std::async(std::launch::async,
                            [&] { return runtime.spawn("localhost", {}, work, work_seconds).value; });
  auto receiving =
      std::async(std::launch::async, [&] { return runtime.spawn("localhost", {}, receive, done).value; });
  runtime.spawn("localhost", {}, begin_daemon, wait_seconds, done);
  std::printf("received %d\n", receiving.get());
  std::printf("worked to the end: %d\n", working.get());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
