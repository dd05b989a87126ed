// Workers that are started again. How often a function has run stands in the file that it is given.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

#include <circuit/circuit.hpp>

namespace {

/// Counts in the file, and says which run this is.
int run_of(const std::string& file) {
  int run = 0;
  std::ifstream(file) >> run;
  std::ofstream(file) << ++run << std::endl;
  return run;
}

void await_stop(std::stop_token stop) {
  while (!stop.stop_requested()) ::usleep(1000);
}

/// Fails in three ways, and then does what is wanted.
std::string try_hard(std::string file) {
  const int run = run_of(file);
  if (run == 1) std::abort();
  if (run == 2) ::_exit(3);
  if (run == 3) throw std::runtime_error("not yet");
  return "done by " + circuit::here().address().id.string();
}
CIRCUIT_FUNCTION(try_hard, "file");

void always_fail(std::string file) {
  throw std::runtime_error("run " + std::to_string(run_of(file)) + " failed");
}
CIRCUIT_FUNCTION(always_fail, "file");

/// A service that goes on after its function; the second crashes no more.
std::int32_t serve(std::string file) {
  run_of(file);
  circuit::here().daemonize(await_stop);
  return ::getpid();
}
CIRCUIT_FUNCTION(serve, "file");

/// The same, but bound to its spawner.
std::int32_t stay(std::string file) {
  run_of(file);
  circuit::here().run_in_back(await_stop);
  return ::getpid();
}
CIRCUIT_FUNCTION(stay, "file");

void take(circuit::Channel<std::int32_t>) {}
CIRCUIT_FUNCTION(take);

circuit::SpawnOptions on_failure(std::uint32_t at_most) {
  return {
      .restart = {.on = circuit::RestartOn::failure, .at_most = at_most, .within = std::chrono::seconds(60)}};
}

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  if (argc < 3) return 0;
  const std::string_view part = argv[1];
  const std::string file = argv[2];
  if (part == "try hard") {
    auto [text, worker] = runtime.spawn("localhost", {"/hard"}, on_failure(5), try_hard, file);
    std::cout << (text == "done by " + worker.id.string()) << std::endl;
  }
  if (part == "give up") runtime.spawn<always_fail>("localhost", {"/hopeless"}, on_failure(2), file);
  if (part == "serve")
    std::cout << runtime.spawn("localhost", {"/service"}, on_failure(5), serve, file).value << std::endl;
  if (part == "stay") {
    std::cout << runtime.spawn("localhost", {"/bound"}, on_failure(5), stay, file).value << std::endl;
    for (;;) ::pause();
  }
  if (part == "channel")
    runtime.spawn("localhost", {"/never"}, on_failure(5), take, runtime.channel<std::int32_t>());
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
