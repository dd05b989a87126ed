// circuit spawn: runs a function in a new worker.
#include <condition_variable>
#include <mutex>
#include <optional>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "arguments.hpp"
#include "command.hpp"
#include "monitor/live_cluster.hpp"
#include "output.hpp"
#include "record_text.hpp"

namespace circuit::cli {
namespace {

struct Options {
  std::string host, function, executable;
  std::vector<std::string> anchors, arguments;
  bool verbose = false, detached = false, json = false;
};

/// Prints the steps of a spawn with the time that each took.
class Steps {
 public:
  void print(std::string_view step, const std::string& detail) {
    auto now = std::chrono::steady_clock::now();
    double ms = std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
    fmt::print(stderr, "{:<8} {:>9.2f} ms  {}\n", step, ms, plain(detail));
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// Waits for the result of the function.
class Outcome {
 public:
  void set(Result<std::string> result) {
    std::lock_guard lock(mutex_);
    result_.emplace(std::move(result));
    ready_.notify_one();
  }
  Result<std::string> wait() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return result_.has_value(); });
    return *result_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<Result<std::string>> result_;
};

int spawn(const Shared& shared, const Options& options) {
  Outcome outcome;
  Steps steps;
  monitor::LiveCluster cluster(shared.agent_directory(), monitor::LiveCluster::Watch::no);
  auto known = cluster.functions();
  if (known.has_error()) return fail(known.error());
  auto function = spawn::choose_function(*known, options.function, options.executable);
  if (function.has_error()) return fail(function.error());

  monitor::SpawnRequest request;
  request.host = options.host;
  request.anchors = options.anchors;
  request.function = function->name;
  request.executable = function->executable;
  request.arguments = boost::json::serialize(parse_arguments(options.arguments, function->parameters));
  request.detached = options.detached;
  spawn::SpawnProgress progress;
  if (options.verbose)
    progress = [&](std::string_view step, const std::string& detail) { steps.print(step, detail); };
  auto record = cluster.spawn(request, [&](WorkerId, Result<std::string> result) { outcome.set(std::move(result)); }, progress);
  if (record.has_error()) return fail(record.error());
  if (options.detached) {
    if (options.json)
      fmt::print("{}\n", boost::json::serialize(to_json(*record)));
    else
      fmt::print("{} {}\n", record->address.id.string(), record->address.pid);
    return 0;
  }
  fmt::print(stderr, "{} pid {}\n", record->address.id.string(), record->address.pid);
  auto result = outcome.wait();
  if (result.has_error()) return fail(result.error());
  fmt::print("{}\n", *result);
  return 0;
}

}  // namespace

void add_spawn(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand(
      "spawn",
      "run a function in a new worker and print its result\n\n"
      "  circuit spawn localhost -a /hello greet world\n"
      "  circuit spawn localhost -a /load -d burn 60\n"
      "Each argument is JSON; where a text is expected, bare words will do. `circuit functions` lists the functions.\n"
      "The worker ends with this command, unless -d is given.");
  auto options = std::make_shared<Options>();
  command->add_option("HOST", options->host, "where: localhost")->required();
  command->add_option("FUNCTION", options->function, "name of the function")->required();
  command->add_option("ARGUMENTS", options->arguments, "its arguments, as JSON");
  command->add_option("-a,--anchor", options->anchors, "directory of the anchor tree for the worker; may be repeated")
      ->allow_extra_args(false);
  command->add_option("-x,--executable", options->executable, "the program whose function it is, if several have it");
  command->add_flag("-d,--detach", options->detached, "do not wait for the result; the worker goes on by itself");
  command->add_flag("-v,--verbose", options->verbose, "show each step and its time");
  command->add_flag("--json", options->json, "with -d: print the worker as JSON");
  command->callback([&shared, &run, options] { run = [&shared, options] { return spawn(shared, *options); }; });
}

}  // namespace circuit::cli
