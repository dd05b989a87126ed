// What keeps a worker alive and what ends it.
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <string_view>
#include <unistd.h>

#include <circuit/circuit.hpp>

namespace {

void await_stop(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, stop, [] { return false; });
}

std::string daemonize_twice() {
  circuit::here().daemonize(await_stop);
  try {
    circuit::here().daemonize(await_stop);
  } catch (const circuit::Error& error) {
    return std::string(circuit::name_of(error.kind())) + ": " + error.what();
  }
  return "no error";
}
CIRCUIT_FUNCTION(daemonize_twice);

/// Goes on after the function has returned, and says what it sees.
void stay_in_back() {
  circuit::here().run_in_back([](std::stop_token stop) {
    std::cout << "in back of " << circuit::here().address().id.string() << std::endl;
    await_stop(stop);
    std::cout << "stop requested" << std::endl;
  });
}
CIRCUIT_FUNCTION(stay_in_back);

/// In back work that ends by itself once the file `permission` stands in the jail.
void work_in_back() {
  circuit::here().run_in_back([](std::stop_token) {
    while (::access("permission", F_OK) != 0) ::usleep(1000);
  });
}
CIRCUIT_FUNCTION(work_in_back);

/// A daemon that answers when the file `question` stands in the jail, and goes on until it is told to stop.
void answer_later() {
  circuit::here().daemonize([](std::stop_token stop) {
    while (::access("question", F_OK) != 0) ::usleep(1000);
    std::cout << "still here" << std::endl;
    await_stop(stop);
  });
}
CIRCUIT_FUNCTION(answer_later);

/// Runs for longer than a call usually may.
std::string take_long(std::uint32_t seconds) {
  ::sleep(seconds);
  return "took long";
}
CIRCUIT_FUNCTION(take_long);

void be_quick() {}
CIRCUIT_FUNCTION(be_quick);

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (part == "daemonize") {
    auto [text, worker] = runtime.spawn("localhost", {}, daemonize_twice);
    std::cout << worker.id.string() << "\n" << text << std::endl;
  }
  if (part == "daemon")
    std::cout << runtime.spawn("localhost", {"/daemon"}, answer_later).worker.id.string() << std::endl;
  if (part == "back") {
    std::cout << runtime.spawn("localhost", {"/back"}, stay_in_back).worker.id.string() << std::endl;
    for (;;) ::pause();
  }
  if (part == "work") {
    std::cout << runtime.spawn("localhost", {"/back"}, work_in_back).worker.id.string() << std::endl;
    for (;;) ::pause();
  }
  if (part == "kill") {
    auto worker = runtime.spawn("localhost", {"/back"}, stay_in_back).worker;
    std::cout << worker.id.string() << std::endl;
    runtime.kill(worker);
    for (;;) ::pause();
  }
  if (part == "long") std::cout << runtime.spawn("localhost", {}, take_long, 32u).value << std::endl;
  if (part == "spawn for ever")
    for (;;) runtime.spawn("localhost", {"/quick"}, be_quick);
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
