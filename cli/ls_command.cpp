// circuit ls: who stands where in the anchor tree.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <map>

#include "command.hpp"
#include "connection.hpp"
#include "monitor/json.hpp"
#include "output.hpp"
#include "record_text.hpp"
#include "selector.hpp"
#include "table.hpp"

namespace circuit::cli {
namespace {

struct Options {
  std::string selector = "/...";
  bool short_names = false, long_rows = false, json = false;
};

struct Line {
  std::string path;
  /// None for a directory.
  std::optional<spawn::WorkerRecord> worker;
};

using Listings = std::map<std::string, monitor::AnchorListing>;

/// Directories first, each followed by what is below it, then workers: the order of the original.
void collect(const Listings& listings, const std::string& path, std::vector<Line>& lines) {
  auto found = listings.find(path);
  if (found == listings.end()) return;
  for (const std::string& name : found->second.directories) {
    std::string below = path_in(path, name);
    lines.push_back({below, std::nullopt});
    collect(listings, below, lines);
  }
  for (const spawn::WorkerRecord& worker : found->second.workers)
    lines.push_back({path_in(path, worker.address.id.string()), worker});
}

Result<std::vector<Line>> lines_of_worker(monitor::LiveCluster& cluster, const Options& options,
                                          const Selector& selector) {
  auto selected = select(cluster, options.selector);
  if (selected.has_error()) return selected.error();
  std::vector<Line> lines;
  for (const spawn::WorkerRecord& worker : *selected) {
    if (worker.state == spawn::WorkerState::dead)
      return failure(ErrorKind::dead,
                     fmt::format("{} is dead: {}", worker.address.id.string(), worker.cause.text));
    std::string wanted = path_in(selector.directory, worker.address.id.string());
    for (const std::string& path : paths_of(worker))
      if (selector.directory.empty() || path == wanted) lines.push_back({path, worker});
  }
  return lines;
}

Result<std::vector<Line>> find_lines(monitor::LiveCluster& cluster, const Options& options) {
  auto selector = Selector::parse(options.selector);
  if (selector.has_error()) return selector.error();
  if (selector->kind == Selector::Kind::worker) return lines_of_worker(cluster, options, *selector);
  std::vector<monitor::AnchorListing> all;
  if (selector->kind == Selector::Kind::subtree) {
    auto walked = cluster.walk(selector->directory);
    if (walked.has_error()) return walked.error();
    all = std::move(*walked);
  } else {
    auto listing = cluster.anchors(selector->directory);
    if (listing.has_error()) return listing.error();
    all.push_back(std::move(*listing));
  }
  std::vector<Line> lines;
  if (all.empty()) return lines;
  std::string top = all.front().path;
  Listings listings;
  for (auto& listing : all) listings.emplace(listing.path, std::move(listing));
  collect(listings, top, lines);
  return lines;
}

std::string shown(const Line& line, const Options& options) {
  return options.short_names ? line.path.substr(line.path.rfind('/') + 1) : line.path;
}

void print_long(const std::vector<Line>& lines, const Options& options) {
  Table table({{"PATH", Cut::middle}, {"PID"}, {"STATE"}, {"AGE"}, {"FUNCTION", Cut::end}});
  for (const Line& line : lines)
    if (line.worker)
      table.add({shown(line, options), std::to_string(line.worker->address.pid),
                 std::string(monitor::name_of(line.worker->state)), age_of(*line.worker),
                 function_text(*line.worker)});
  table.print();
}

void print_json(const std::vector<Line>& lines) {
  boost::json::array all;
  for (const Line& line : lines) {
    boost::json::object entry{{"path", line.path}};
    if (line.worker) entry["worker"] = monitor::to_json(*line.worker);
    all.push_back(std::move(entry));
  }
  fmt::print("{}\n", boost::json::serialize(all));
}

int ls(const Shared& shared, const Options& options) {
  auto cluster = connect(shared);
  if (cluster.has_error()) return fail(cluster.error());
  auto lines = find_lines(**cluster, options);
  if (lines.has_error()) return fail(lines.error());
  if (options.json) {
    print_json(*lines);
  } else if (options.long_rows) {
    print_long(*lines, options);
  } else {
    for (const Line& line : *lines) fmt::print("{}\n", shown(line, options));
  }
  return 0;
}

}  // namespace

void add_ls(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("ls", "List directories and workers of the anchor tree");
  command->footer(
      "Directories come first, each followed by what is below it, then workers (R and\n"
      "16 hex digits). A directory is there as long as a worker stands in or below it.\n\n"
      "Examples:\n"
      "  circuit ls /             what is at the top\n"
      "  circuit ls /hello/...    all that is below /hello\n"
      "  circuit ls -l /...       every worker, with its pid, age and function\n"
      "  circuit ls --json /...   the same and more, for programs");
  auto options = std::make_shared<Options>();
  command->add_option(
      "SELECTOR", options->selector,
      "/dir: what is in it; /dir/...: with all below; /dir/R... or R...: one worker (default: /...)");
  command->add_flag("-s,--short", options->short_names, "names without the path");
  command->add_flag("-l,--long", options->long_rows, "a table of the workers, without directories");
  command->add_flag("--json", options->json, "an array of objects with path and, for workers, worker");
  command->callback([&shared, &run, options] { run = [&shared, options] { return ls(shared, *options); }; });
}

}  // namespace circuit::cli
