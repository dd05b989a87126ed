// circuit kill: ends workers.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fmt/format.h>
#include <iostream>
#include <map>
#include <unistd.h>

#include "command.hpp"
#include "connection.hpp"
#include "output.hpp"
#include "selector.hpp"

namespace circuit::cli {
namespace {

/// What a killed worker's agent may need beyond the grace until it has heard of the end.
constexpr auto notice = std::chrono::seconds(2);

struct Options {
  std::vector<std::string> selectors;
  std::string signal;
  double grace_s = 5;
};

/// `KILL`, `SIGKILL` or `9`.
Result<int> parse_signal(const std::string& text) {
  if (text.empty()) return 0;
  std::string name = text;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (int signal = 1; signal < NSIG; ++signal) {
    const char* known = ::sigabbrev_np(signal);
    if ((known != nullptr && name == known) || name == std::to_string(signal)) return signal;
  }
  return failure(ErrorKind::invalid,
                 fmt::format("there is no signal '{}': write a name such as KILL, TERM or STOP, or a number",
                             plain(text)));
}

/// What is wrong with the text of --grace; empty: nothing.
std::string check_grace(const std::string& text) {
  double seconds = -1;
  if (CLI::detail::lexical_cast(text, seconds) && seconds >= 0 && seconds <= 3600) return "";
  return fmt::format("'{}' is not a number of seconds from 0 to 3600", plain(text));
}

/// One on each line, as `circuit ls` prints them.
std::vector<std::string> read_selectors() {
  std::vector<std::string> selectors;
  for (std::string line; std::getline(std::cin, line);) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) selectors.push_back(line);
  }
  return selectors;
}

/// Whether a worker that has been sent this signal is expected to end.
bool ends_a_process(int signal) {
  return signal == 0 || signal == SIGKILL || signal == SIGTERM || signal == SIGABRT || signal == SIGINT ||
         signal == SIGHUP || signal == SIGQUIT || signal == SIGSEGV;
}

/// The living workers that the selectors name, each once; `status` becomes 1 for each selector that fails.
std::map<WorkerId, Address> select_all(monitor::LiveCluster& cluster,
                                       const std::vector<std::string>& selectors, int& status) {
  std::map<WorkerId, Address> selected;
  for (const std::string& text : selectors) {
    auto workers = select(cluster, text);
    if (workers.has_error()) {
      status = fail(workers.error());
      continue;
    }
    for (const spawn::WorkerRecord& record : *workers) {
      if (record.state != spawn::WorkerState::dead)
        selected.emplace(record.address.id, record.address);
      else
        status = fail(failure(ErrorKind::dead, fmt::format("{} is dead already: {}",
                                                           record.address.id.string(), record.cause.text)));
    }
  }
  return selected;
}

Failure nothing_to_end(const std::vector<std::string>& selectors) {
  if (selectors.empty()) return failure(ErrorKind::invalid, "nothing to end: standard input names no worker");
  const std::string& first = selectors.front();
  if (first.ends_with("..."))
    return failure(ErrorKind::invalid, fmt::format("nothing to end: no worker stands below {}", first));
  return failure(ErrorKind::invalid,
                 fmt::format("nothing to end: no worker stands in {} itself; {}/... takes those below it too",
                             first, first == "/" ? "" : first));
}

/// Waits until all have ended, and prints how; returns 1 if one has not.
int await_ends(monitor::LiveCluster& cluster, const std::map<WorkerId, Address>& workers,
               std::chrono::steady_clock::time_point deadline) {
  int status = 0;
  for (const auto& [id, address] : workers) {
    auto record = wait_for_end(cluster, id, deadline);
    if (record.has_value()) {
      fmt::print("{} pid {} {}\n", id.string(), address.pid, plain(record->cause.text));
      continue;
    }
    Failure why = record.error();
    if (why.kind == ErrorKind::deadline) why.text += "; try --signal KILL";
    status = fail(why);
  }
  return status;
}

int kill(const Shared& shared, Options options) {
  auto signal = parse_signal(options.signal);
  if (signal.has_error()) return fail(signal.error());
  if (options.selectors.empty()) {
    if (::isatty(STDIN_FILENO) != 0)
      return fail(failure(ErrorKind::invalid, "which workers? Name them: /dir, /dir/..., /dir/R... or R..."));
    options.selectors = read_selectors();
  }
  auto cluster = connect(shared);
  if (cluster.has_error()) return fail(cluster.error());
  int status = 0;
  auto selected = select_all(**cluster, options.selectors, status);
  if (selected.empty() && status == 0) return fail(nothing_to_end(options.selectors));

  auto grace = std::chrono::milliseconds(static_cast<std::int64_t>(options.grace_s * 1000));
  for (const auto& [id, address] : selected) {
    monitor::KillRequest request{id, *signal, static_cast<std::uint64_t>(grace.count()), "circuit kill"};
    auto killed = (*cluster)->kill(request);
    // One that has died by itself in the meantime is what was wanted.
    if (killed.has_error() && killed.error().kind != ErrorKind::dead) status = fail(killed.error());
  }
  if (!ends_a_process(*signal)) return status;
  auto deadline =
      std::chrono::steady_clock::now() + (*signal == 0 ? grace : std::chrono::milliseconds(0)) + notice;
  return std::max(status, await_ends(**cluster, selected, deadline));
}

}  // namespace

void add_kill(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("kill", "End workers");
  command->footer(
      "A worker is asked to stop, and killed when its grace is over. The command waits\n"
      "until all have ended, and prints for each how. Without a selector they are read\n"
      "from standard input, one on each line.\n\n"
      "Examples:\n"
      "  circuit kill /hello                     the workers in /hello\n"
      "  circuit kill /hello/...                 and those below it\n"
      "  circuit ls /hello/... | circuit kill    the same\n"
      "  circuit kill --signal KILL R6aca01d945c3b861\n"
      "  circuit kill --signal STOP /load        halts them; CONT lets them go on");
  auto options = std::make_shared<Options>();
  command->add_option("SELECTOR", options->selectors,
                      "/dir: those in it; /dir/...: and those below; /dir/R... or R...: one worker");
  command
      ->add_option("--signal", options->signal,
                   "send this signal at once instead of asking: KILL, SIGTERM, 9")
      ->type_name("NAME");
  command->add_option("--grace", options->grace_s, "seconds between asking and SIGKILL (default: 5)")
      ->type_name("SECONDS")
      ->check(check_grace);
  command->callback(
      [&shared, &run, options] { run = [&shared, options] { return kill(shared, *options); }; });
}

}  // namespace circuit::cli
