// circuit-peer: calls between two processes, measured in the way in which other runtimes are.
#include <cstdio>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "client.hpp"
#include "echo.hpp"
#include "meeting.hpp"
#include "options.hpp"
#include "runtime/roles.hpp"

namespace circuit::bench {
namespace {

void offer_echo(Runtime& runtime, Execution execution) {
  switch (execution) {
    case Execution::inline_calls: return runtime.listen(echo_service, runtime.make<InlineEcho>());
    case Execution::pool: return runtime.listen(echo_service, runtime.make<PoolEcho>());
    case Execution::coroutine: return runtime.listen(echo_service, runtime.make<CoroutineEcho>());
  }
}

/// Serves until it is asked to end.
void serve(const Options& options) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  remove_remains();
  const long own = ::getpid();
  Runtime runtime(0, nullptr, {.directory = directory_of(own), .start_agent = false});
  offer_echo(runtime, options.execution);
  write_address(own, runtime.address());
  fmt::print("READY {}\n", own);
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&ending, &signal);
}

}  // namespace
}  // namespace circuit::bench

int main(int argc, char** argv) {
  // As a worker of a spawn that is measured this program does not come past here.
  if (circuit::runtime::role_from_environment() != circuit::runtime::Role::app)
    circuit::Runtime worker(argc, argv);
  const auto options = circuit::bench::parse_options(argc, argv);
  try {
    options.server ? circuit::bench::serve(options) : circuit::bench::run_client(options);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "circuit-peer: {}\n", error.what());
    return 1;
  }
}
