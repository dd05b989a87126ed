#include "options.hpp"

#include <CLI/CLI.hpp>

namespace circuit::bench {
namespace {

/// `inline`, `pool` or `coroutine`, and after a hyphen the carrier, which may be left out.
std::string read_mode(Options& options, const std::string& mode) {
  const std::size_t hyphen = mode.find('-');
  const std::string execution = mode.substr(0, hyphen);
  const std::string carrier = hyphen == std::string::npos ? "unix" : mode.substr(hyphen + 1);
  if (execution == "inline")
    options.execution = Execution::inline_calls;
  else if (execution == "pool")
    options.execution = Execution::pool;
  else if (execution == "coroutine")
    options.execution = Execution::coroutine;
  else
    return "a mode begins with inline, pool or coroutine, and '" + mode + "' does not";
  if (carrier != "unix") return "a mode ends with -unix, and '" + mode + "' does not";
  options.mode = mode;
  return {};
}

void add_client_options(CLI::App& client, Options& options, double& warm_up, double& at_least,
                        double& at_most) {
  client.add_option("--server-pid", options.server_pid, "Whose CPU time is counted too");
  client
      .add_option("--work", options.work,
                  "w1 one caller, w2 and w4 a window of calls, w3 several callers, "
                  "w5 make, call and drop an object, w6 spawn")
      ->check(CLI::IsMember({"w1", "w2", "w3", "w4", "w5", "w6"}))
      ->capture_default_str();
  client.add_option("--payload", options.payload_bytes, "Bytes that are echoed")->capture_default_str();
  client.add_option("--outstanding", options.outstanding, "Calls in flight (w2, w4, w5)")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  client.add_option("--threads", options.threads, "Callers (w3)")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  client.add_option("--seconds", at_least, "Seconds that are measured")->capture_default_str();
  client.add_option("--max-seconds", at_most, "The most of them, where --min-calls are not reached")
      ->capture_default_str();
  client.add_option("--warmup", warm_up, "Seconds before that")->capture_default_str();
  client.add_option("--min-calls", options.min_calls, "Calls that are measured at least")
      ->capture_default_str();
  client.add_flag("--pipelined", options.pipelined, "w5: the call does not wait for the object");
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  std::string mode = options.mode;
  double warm_up = options.warm_up.count(), at_least = options.at_least.count(),
         at_most = options.at_most.count();
  CLI::App app(
      "Echoes bytes between two processes as calls of Circuit, and prints what that costs as a line of "
      "JSON. Takes the command line that other runtimes' peers take, to be compared with them.");
  app.require_subcommand(1);
  CLI::App* server = app.add_subcommand("server", "Serves, and prints READY and the word for --port");
  CLI::App* client = app.add_subcommand("client", "Calls it, and prints the line");
  for (CLI::App* part : {server, client}) {
    part->add_option("--mode", mode, "How calls run at the server: inline, pool or coroutine, then -unix")
        ->check([&options](const std::string& given) { return read_mode(options, given); })
        ->capture_default_str();
    part->add_option("--port", options.port, "What the server has printed; 0 for a server");
  }
  add_client_options(*client, options, warm_up, at_least, at_most);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  options.server = server->parsed();
  options.warm_up = std::chrono::duration<double>(warm_up);
  options.at_least = std::chrono::duration<double>(at_least);
  options.at_most = std::chrono::duration<double>(at_most);
  return options;
}

}  // namespace circuit::bench
