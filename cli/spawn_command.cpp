// circuit spawn: runs a function in a new worker.
#include <boost/json/serialize.hpp>
#include <csignal>
#include <fmt/format.h>
#include <mutex>
#include <thread>

#include "arguments.hpp"
#include "attempt.hpp"
#include "command.hpp"
#include "connection.hpp"
#include "end_signals.hpp"
#include "monitor/json.hpp"
#include "output.hpp"
#include "record_text.hpp"
#include "restart_option.hpp"
#include "spawn/executable.hpp"

namespace circuit::cli {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// How long an interrupted function may take to stop.
constexpr auto interrupt_grace = 2s;
/// What the end of a worker may take to be heard of.
constexpr auto notice = 2s;

struct Options {
  std::string host, function, executable;
  std::vector<std::string> anchors, arguments;
  std::string restart;
  bool verbose = false, detached = false, json = false;
};

/// Prints the steps of a spawn with the time that each took. Any thread.
class Steps {
 public:
  explicit Steps(bool wanted) : wanted_(wanted) {}
  void print(std::string_view step, std::string_view detail) {
    if (!wanted_) return;
    std::lock_guard lock(mutex_);
    auto now = Steady::now();
    double ms = std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
    fmt::print(stderr, "{:<8} {:>9.2f} ms  {}\n", step, ms, plain(detail));
  }

 private:
  const bool wanted_;
  std::mutex mutex_;
  Steady::time_point last_ = Steady::now();
};

/// The function that is meant. An executable that the agent does not know yet is asked here for what it has.
Result<spawn::FunctionDescription> find_function(monitor::LiveCluster& cluster, const Options& options) {
  auto known = cluster.functions();
  if (known.has_error()) return known.error();
  if (options.executable.empty()) return spawn::choose_function(*known, options.function, "");
  std::string path = std::filesystem::absolute(options.executable).lexically_normal().string();
  for (const auto& function : *known)
    if (function.executable == path) return spawn::choose_function(*known, options.function, path);
  auto own = spawn::describe_executable(path);
  if (own.has_error()) return own.error();
  return spawn::choose_function(*own, options.function, path);
}

/// What is to be spawned, checked as far as it can be before anything is started.
struct Wanted {
  spawn::FunctionDescription function;
  monitor::SpawnRequest request;
};

Result<Wanted> wanted_of(monitor::LiveCluster& cluster, const Options& options) {
  auto function = find_function(cluster, options);
  if (function.has_error()) return function.error();
  monitor::SpawnRequest request;
  request.host = options.host;
  request.anchors = options.anchors;
  request.function = function->name;
  request.executable = function->executable;
  auto arguments = parse_arguments(options.arguments, function->parameters);
  if (arguments.has_error()) return arguments.error();
  request.arguments = boost::json::serialize(*arguments);
  request.detached = options.detached;
  if (!options.restart.empty()) {
    auto restart = parse_restart(options.restart);
    if (restart.has_error()) return restart.error();
    request.restart = *restart;
  }
  return Wanted{std::move(*function), std::move(request)};
}

/// Runs the spawn to its end, and tells the attempt and the steps how it goes.
void start(monitor::LiveCluster& cluster, const Wanted& wanted, Attempt& attempt, Steps& steps) {
  auto progress = [&](std::string_view step, const std::string& detail) {
    if (step == "started")
      if (auto worker = WorkerId::parse(std::string_view(detail).substr(0, detail.find(' '))))
        attempt.set_worker(*worker);
    // The result may come on another thread before this one has told of `go`: the command prints it, when
    // both are here.
    if (step != "result") steps.print(step, detail);
  };
  attempt.set_record(cluster.spawn(
      wanted.request, wanted.function,
      [&](WorkerId, Result<std::string> result) { attempt.set_result(std::move(result)); }, progress));
}

/// Ends a worker that nobody wants any more. A second signal ends it at once.
void end_worker(monitor::LiveCluster& cluster, const UniqueFd& signals, WorkerId worker, int signal) {
  constexpr std::uint64_t grace_ms = std::chrono::milliseconds(interrupt_grace).count();
  auto ended = cluster.kill({worker, signal, grace_ms, "circuit spawn"});
  auto deadline = Steady::now() + interrupt_grace + notice;
  while (ended.has_value() && Steady::now() < deadline) {
    if (auto record = wait_for_end(cluster, worker, Steady::now()); record.has_value()) return;
    if (next_end_signal(signals, 10ms) != 0) ended = cluster.kill({worker, SIGKILL, 0, "circuit spawn"});
  }
}

/// Waits until there is something to report, or someone has had enough; returns the signal then. Says in
/// between which worker it is that takes its time.
int wait_for_outcome(Attempt& attempt, const UniqueFd& signals, const Options& options) {
  for (bool told = options.verbose || options.detached;;) {
    if (int signal = next_end_signal(signals, 0ms); signal != 0) return signal;
    auto record = attempt.record();
    if (record && record->has_value() && !told) {
      fmt::print(stderr, "{} pid {}\n", (*record)->address.id.string(), (*record)->address.pid);
      told = true;
    }
    if (record && (record->has_error() || options.detached || attempt.result())) return 0;
    attempt.wait(signals);
  }
}

int report(const Options& options, const Result<spawn::WorkerRecord>& record,
           const std::optional<Result<std::string>>& result, Steps& steps) {
  if (record.has_error()) return fail(record.error());
  if (options.detached) {
    if (options.json)
      fmt::print("{}\n", boost::json::serialize(monitor::to_json(*record)));
    else
      fmt::print("{} {}\n", record->address.id.string(), record->address.pid);
    return 0;
  }
  steps.print("result", result->has_value() ? **result : result->error().text);
  if (result->has_error()) return fail(result->error());
  fmt::print("{}\n", **result);
  return 0;
}

int spawn(const Shared& shared, const Options& options) {
  auto signals = take_end_signals();
  if (signals.has_error()) return fail(signals.error());
  auto cluster = connect(shared);
  if (cluster.has_error()) return fail(cluster.error());
  auto wanted = wanted_of(**cluster, options);
  if (wanted.has_error()) return fail(wanted.error());

  Attempt attempt;
  Steps steps(options.verbose);
  std::thread starter([&] { start(**cluster, *wanted, attempt, steps); });
  int signal = wait_for_outcome(attempt, *signals, options);
  if (auto worker = attempt.worker(); worker && signal != 0) end_worker(**cluster, *signals, *worker, 0);
  starter.join();
  auto record = attempt.record();
  // A worker that was started in vain, or while the signal came, would wait for its function until its agent
  // ends it.
  if (auto worker = attempt.worker(); worker && (record->has_error() || signal != 0))
    end_worker(**cluster, *signals, *worker, SIGKILL);
  if (signal != 0) return 128 + signal;
  // By now the worker has told its agent with which arguments it runs.
  if (options.detached && record->has_value()) record = (*cluster)->worker((*record)->address.id);
  return report(options, *record, attempt.result(), steps);
}

}  // namespace

void add_spawn(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("spawn", "Run a function in a new worker and print its result");
  command->footer(
      "Arguments are JSON; where a text is expected, bare words will do. Those at the\n"
      "end that have a default may be left out. What begins with '-' and is no number\n"
      "comes after '--'. The result is printed as JSON.\n\n"
      "The worker ends with this command, also on Ctrl-C. With -d it goes on by\n"
      "itself, and its id and pid are printed instead.\n\n"
      "Examples:\n"
      "  circuit spawn localhost greet world\n"
      "  circuit spawn -v localhost -a /hello greet world   each step with its time\n"
      "  circuit spawn localhost -a /load -a /night -d burn 600\n"
      "  circuit spawn localhost --restart on=failure,at-most=5,within=60s -d burn 600\n"
      "  circuit spawn localhost greet -- --world");
  auto options = std::make_shared<Options>();
  command->add_option("HOST", options->host, "where: localhost")->required();
  command->add_option("FUNCTION", options->function, "one that `circuit functions` lists")->required();
  command->add_option("ARGUMENTS", options->arguments, "its arguments, as JSON");
  // Without extra arguments each -a takes one value, and not the host and the function after it too.
  command
      ->add_option("-a,--anchor", options->anchors,
                   "directory of the anchor tree to put the worker in; may be repeated")
      ->allow_extra_args(false)
      ->type_name("DIR");
  command->add_option("-x,--executable", options->executable, "the program whose function it is")
      ->type_name("PATH");
  command
      ->add_option("--restart", options->restart,
                   "start the worker again when it fails: on=failure (or always), at-most=5, within=60s")
      ->type_name("POLICY");
  command->add_flag("-d,--detach", options->detached,
                    "do not wait for the result; the worker goes on by itself");
  command->add_flag("-v,--verbose", options->verbose,
                    "show each step and its time: login, started, open, go, result");
  command->add_flag("--json", options->json, "with -d: print the worker as an object");
  command->callback(
      [&shared, &run, options] { run = [&shared, options] { return spawn(shared, *options); }; });
}

}  // namespace circuit::cli
