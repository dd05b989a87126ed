// A worker executable whose functions end in every way there is, and an app that spawns them.
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

#include <circuit/circuit.hpp>

/// Counts how often it is called.
class Counter {
 public:
  int next() { return ++count_; }

 private:
  int count_ = 0;
};
CIRCUIT_INTERFACE(Counter, next);

namespace {

/// Waits until the worker is told to stop.
void await_stop(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, stop, [] { return false; });
}

/// Says so in the worker's output and waits until it is told to stop.
void stay() {
  std::cout << "staying" << std::endl;
  await_stop(circuit::here().stop_token());
  std::cout << "told to stop" << std::endl;
}
CIRCUIT_FUNCTION(stay);

/// Takes no notice of being told to stop.
void stay_stubbornly() {
  std::cout << "staying" << std::endl;
  for (;;) ::pause();
}
CIRCUIT_FUNCTION(stay_stubbornly);

/// Stays also when its spawner is gone.
void stay_as_daemon() {
  circuit::here().daemonize(await_stop);
  std::cout << "staying" << std::endl;
}
CIRCUIT_FUNCTION(stay_as_daemon);

/// Ends the process when the file `permission` stands in the jail: nobody has to be reached for it.
void leave_when_permitted(int status) {
  std::cout << "staying" << std::endl;
  while (::access("permission", F_OK) != 0) ::usleep(1000);
  std::_Exit(status);
}
CIRCUIT_FUNCTION(leave_when_permitted, "status");

void leave(int status) { std::_Exit(status); }
CIRCUIT_FUNCTION(leave, "status");

void fall(int signal) { ::raise(signal); }
CIRCUIT_FUNCTION(fall, "signal");

void fail(std::string text) { throw std::out_of_range(text); }
CIRCUIT_FUNCTION(fail, "text");

circuit::Ref<Counter> counter() { return circuit::here().make<Counter>(); }
CIRCUIT_FUNCTION(counter);

/// Calls an object in another worker until it is told to stop, and says each time what it answers.
void count_for_ever(circuit::Ref<Counter> remote) {
  std::stop_token stop = circuit::here().stop_token();
  for (; !stop.stop_requested(); ::usleep(1000)) std::cout << remote.call<&Counter::next>() << std::endl;
}
CIRCUIT_FUNCTION(count_for_ever, "remote");

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  const std::string_view deed = argc > 1 ? argv[1] : "";
  if (deed == "stay") runtime.spawn("localhost", {"/deed"}, stay);
  if (deed == "stubborn") runtime.spawn("localhost", {"/deed"}, stay_stubbornly);
  if (deed == "daemon") {
    runtime.spawn("localhost", {"/deed"}, stay_as_daemon);
    std::cout << "spawned" << std::endl;
    for (;;) ::pause();
  }
  if (deed == "count") {
    auto remote = runtime.spawn("localhost", {"/counter"}, counter).value;
    runtime.spawn("localhost", {"/counting"}, count_for_ever, remote);
  }
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
