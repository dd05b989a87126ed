// circuit kill: ends workers.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "command.hpp"
#include "monitor/live_cluster.hpp"
#include "output.hpp"
#include "record_text.hpp"
#include "selector.hpp"

namespace circuit::cli {
namespace {

struct Options {
  std::vector<std::string> selectors;
  std::string signal;
  double grace_s = 5;
};

/// `KILL`, `SIGKILL` or `9`.
Result<int> parse_signal(const std::string& text) {
  if (text.empty()) return 0;
  std::string name = text;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (int signal = 1; signal < NSIG; ++signal) {
    const char* known = ::sigabbrev_np(signal);
    if ((known != nullptr && name == known) || name == std::to_string(signal)) return signal;
  }
  return failure(ErrorKind::invalid, fmt::format("there is no signal '{}': write KILL, TERM, STOP or a number", plain(text)));
}

std::vector<std::string> read_selectors() {
  std::vector<std::string> selectors;
  for (std::string line; std::getline(std::cin, line);)
    if (!line.empty()) selectors.push_back(line);
  return selectors;
}

bool ends_a_process(int signal) {
  return signal == 0 || signal == SIGKILL || signal == SIGTERM || signal == SIGABRT || signal == SIGINT;
}

/// Waits until the worker is dead, and says how; false: it still lives.
bool wait_for_end(monitor::LiveCluster& cluster, WorkerId id, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    auto record = cluster.worker(id);
    if (record.has_error()) return true;
    if (record->state == spawn::WorkerState::dead) {
      fmt::print("{} pid {} {}\n", id.string(), record->address.pid, plain(record->cause.text));
      return true;
    }
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

int kill(const Shared& shared, Options options) {
  auto signal = parse_signal(options.signal);
  if (signal.has_error()) return fail(signal.error());
  if (options.selectors.empty()) {
    if (::isatty(STDIN_FILENO) != 0)
      return fail(failure(ErrorKind::invalid, "which workers? Name them: /dir, /dir/..., /dir/R... or R..."));
    options.selectors = read_selectors();
  }
  monitor::LiveCluster cluster(shared.agent_directory(), monitor::LiveCluster::Watch::no);
  auto selected = select(cluster, options.selectors);
  if (selected.has_error()) return fail(selected.error());

  int status = 0;
  auto grace = std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(options.grace_s, 0.0, 3600.0) * 1000));
  for (const auto& [id, record] : *selected) {
    monitor::KillRequest request{id, *signal, static_cast<std::uint64_t>(grace.count()), "circuit kill"};
    if (auto killed = cluster.kill(request); killed.has_error()) status = fail(killed.error());
  }
  if (!ends_a_process(*signal)) return status;
  auto deadline = std::chrono::steady_clock::now() + grace + std::chrono::seconds(2);
  for (const auto& [id, record] : *selected)
    if (!wait_for_end(cluster, id, deadline))
      status = fail(failure(ErrorKind::deadline, fmt::format("{} still lives; try --signal KILL", record.address.string())));
  return status;
}

}  // namespace

void add_kill(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand(
      "kill",
      "end workers: they are asked to stop, and killed when their grace is over\n\n"
      "  circuit kill /hello                  the workers in /hello\n"
      "  circuit kill /hello/...              and those below it\n"
      "  circuit ls /hello/... | circuit kill\n"
      "  circuit kill --signal KILL R6aca01d945c3b861");
  auto options = std::make_shared<Options>();
  command->add_option("SELECTOR", options->selectors, "/dir, /dir/..., /dir/R... or R...; none: read from standard input");
  command->add_option("--signal", options->signal, "send this signal at once instead of asking");
  command->add_option("--grace", options->grace_s, "seconds between asking and SIGKILL")->capture_default_str();
  command->callback([&shared, &run, options] { run = [&shared, options] { return kill(shared, *options); }; });
}

}  // namespace circuit::cli
