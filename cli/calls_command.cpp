// circuit calls: what is being called just now.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <map>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "command.hpp"
#include "connection.hpp"
#include "end_signals.hpp"
#include "monitor/json.hpp"
#include "output.hpp"
#include "record_text.hpp"
#include "selector.hpp"
#include "table.hpp"

namespace circuit::cli {
namespace {

using namespace std::chrono_literals;

struct Options {
  std::string selector;
  bool json = false, watch = false;
};

Result<monitor::CallsPointer> read_calls(monitor::LiveCluster& cluster, const Options& options) {
  if (options.selector.empty()) return cluster.calls({});
  auto workers = select(cluster, options.selector);
  if (workers.has_error()) return workers.error();
  if (workers->empty()) return std::make_shared<const monitor::Calls>();
  std::vector<WorkerId> ids;
  for (const spawn::WorkerRecord& worker : *workers) ids.push_back(worker.address.id);
  return cluster.calls(ids);
}

std::string text_of(const monitor::Call& call) {
  return call_text(call.method.empty() ? fmt::format("method {:016x}", call.object) : call.method,
                   call.arguments);
}

std::string age_of(const monitor::Call& call, std::uint64_t now_wall_ns) {
  return age_text(std::chrono::nanoseconds(now_wall_ns - std::min(now_wall_ns, call.started_wall_ns)));
}

/// Ages are those of this moment: one `text` of the same calls differs from another as time goes by.
std::string table_text(const monitor::Calls& calls) {
  const std::uint64_t now_wall_ns = SystemClock().wall_ns();
  Table table({{"AGE"}, {"PHASE"}, {"CALLER"}, {"CALLEE"}, {"DEPTH"}, {"CALL", Cut::end}});
  std::map<std::pair<WorkerId, std::uint64_t>, std::size_t> levels;
  for (const monitor::Call& call : calls.calls) {
    auto parent = levels.find({call.parent_caller, call.parent_id});
    const std::size_t level = parent == levels.end() ? 0 : parent->second + 1;
    levels.emplace(std::pair(call.caller, call.id), level);
    table.add({age_of(call, now_wall_ns), std::string(name_of(call.phase)), call.caller.string(),
               call.callee.string(), std::to_string(call.depth),
               std::string(2 * std::min<std::size_t>(level, limits::call_depth), ' ') + text_of(call)});
  }
  std::string text = table.text();
  if (calls.untold > 0) text += fmt::format("{} more that are younger\n", calls.untold);
  return text;
}

std::string json_text(const monitor::Calls& calls) {
  boost::json::array all;
  for (const monitor::Call& call : calls.calls) all.push_back(monitor::to_json(call));
  return boost::json::serialize(all) + "\n";
}

/// Shows them anew whenever they change, and on a terminal each second, until a signal comes.
int watch(monitor::LiveCluster& cluster, const Options& options, const UniqueFd& signals) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  monitor::CallsPointer shown;
  auto shown_at = std::chrono::steady_clock::time_point();
  for (;;) {
    auto calls = read_calls(cluster, options);
    if (calls.has_error()) return fail(calls.error());
    const bool changed = !shown || shown->calls != (*calls)->calls || shown->untold != (*calls)->untold;
    const bool aged = terminal && !options.json && std::chrono::steady_clock::now() - shown_at >= 1s;
    if (changed || aged) {
      const char* clear = terminal && !options.json ? "\x1b[H\x1b[J" : "";
      fmt::print("{}{}", clear, options.json ? json_text(**calls) : table_text(**calls));
      std::fflush(stdout);
      if (std::ferror(stdout)) return 0;  // whoever read this has gone
      shown = *calls;
      shown_at = std::chrono::steady_clock::now();
    }
    if (next_end_signal(signals, limits::calls_refresh) != 0) return 0;
  }
}

int calls(const Shared& shared, const Options& options) {
  auto signals = options.watch ? take_end_signals() : Result<UniqueFd>(UniqueFd());
  if (signals.has_error()) return fail(signals.error());
  auto cluster = connect(shared);
  if (cluster.has_error()) return fail(cluster.error());
  if (options.watch) return watch(**cluster, options, *signals);
  auto now = read_calls(**cluster, options);
  if (now.has_error()) return fail(now.error());
  fmt::print("{}", options.json ? json_text(**now) : table_text(**now));
  return 0;
}

}  // namespace

void add_calls(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("calls", "List the calls that are in flight");
  command->footer(
      "The oldest come first, each followed by those made within it. They are read\n"
      "from the workers' memory, so those of a worker that hangs or is stopped are\n"
      "shown as well. PHASE: sent (on its way), queued (waits for its object or for a\n"
      "thread), running. DEPTH: how many calls it is nested in.\n\n"
      "Examples:\n"
      "  circuit calls                 all of them\n"
      "  circuit calls /wordcount/...  those that these workers make or serve\n"
      "  circuit calls --watch         shown anew as they change, until Ctrl-C\n"
      "  circuit calls --json | jq '.[] | select(.phase == \"queued\")'");
  auto options = std::make_shared<Options>();
  command->add_option("SELECTOR", options->selector,
                      "only calls of these workers: /dir, /dir/..., /dir/R... or R... (default: of all)");
  command->add_flag("--json", options->json, "an array of objects; with --watch a line for each change");
  command->add_flag("-w,--watch", options->watch, "go on, and show them again when they change");
  command->callback(
      [&shared, &run, options] { run = [&shared, options] { return calls(shared, *options); }; });
}

}  // namespace circuit::cli
