// What circuit-peer is told: the command line that all peers of a comparison share.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace circuit::bench {

/// How a call runs at the server.
enum class Execution { inline_calls, pool, coroutine };

struct Options {
  bool server = false;
  /// As it was given, for the output: `pool`, `inline-unix`.
  std::string mode = "pool";
  Execution execution = Execution::pool;
  /// Names the server: it prints it, and the client is given it. No port of TCP.
  long port = 0;
  /// Whose CPU time and context switches the client counts beside its own; 0: nobody's.
  pid_t server_pid = 0;
  /// w1: one caller; w2, w4: a window of calls; w3: several callers; w5: make, call and drop an object; w6:
  /// spawn.
  std::string work = "w1";
  std::size_t payload_bytes = 64;
  std::size_t outstanding = 1;
  std::size_t threads = 1;
  std::chrono::duration<double> warm_up{0.3}, at_least{2.0}, at_most{5.0};
  std::uint64_t min_calls = 0;
  /// w5: the call is sent before the object's reference has come back.
  bool pipelined = false;
};

/// Reads the command line. Ends the program, with an explanation, where it is wrong or help is asked for.
Options parse_options(int argc, char** argv);

}  // namespace circuit::bench
