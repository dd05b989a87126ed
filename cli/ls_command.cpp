// circuit ls: who stands where in the anchor tree.
#include <map>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "command.hpp"
#include "monitor/live_cluster.hpp"
#include "output.hpp"
#include "record_text.hpp"
#include "selector.hpp"

namespace circuit::cli {
namespace {

struct Options {
  std::string selector = "/...";
  bool short_names = false, long_rows = false, json = false;
};

struct Line {
  std::string path;
  /// Null for a directory.
  const spawn::WorkerRecord* worker = nullptr;
};

std::string joined(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

/// Directories first, each followed by what is below it, then workers: the order of the original.
void collect(const std::map<std::string, const monitor::AnchorListing*>& listings, const std::string& path,
             std::vector<Line>& lines) {
  auto found = listings.find(path);
  if (found == listings.end()) return;
  for (const std::string& name : found->second->directories) {
    std::string below = joined(path, name);
    lines.push_back({below, nullptr});
    collect(listings, below, lines);
  }
  for (const spawn::WorkerRecord& worker : found->second->workers)
    lines.push_back({joined(path, worker.address.id.string()), &worker});
}

void print_long(const std::vector<Line>& lines) {
  Table table({"PATH", "PID", "STATE", "AGE", "FUNCTION"});
  for (const Line& line : lines)
    if (line.worker != nullptr)
      table.add({line.path, std::to_string(line.worker->address.pid), state_text(*line.worker), age_of(*line.worker),
                 function_text(*line.worker)});
  table.print();
}

void print_json(const std::vector<Line>& lines) {
  boost::json::array all;
  for (const Line& line : lines) {
    boost::json::object entry{{"path", line.path}};
    if (line.worker != nullptr) entry["worker"] = to_json(*line.worker);
    all.push_back(std::move(entry));
  }
  fmt::print("{}\n", boost::json::serialize(all));
}

int ls(const Shared& shared, const Options& options) {
  auto selector = Selector::parse(options.selector);
  if (selector.has_error()) return fail(selector.error());
  monitor::LiveCluster cluster(shared.agent_directory(), monitor::LiveCluster::Watch::no);
  std::vector<monitor::AnchorListing> all;
  if (selector->kind == Selector::Kind::subtree) {
    auto walked = cluster.walk(selector->directory);
    if (walked.has_error()) return fail(walked.error());
    all = std::move(*walked);
  } else {
    auto listing = cluster.anchors(selector->directory);
    if (listing.has_error()) return fail(listing.error());
    all.push_back(std::move(*listing));
  }
  std::map<std::string, const monitor::AnchorListing*> listings;
  for (const auto& listing : all) listings[listing.path] = &listing;
  std::vector<Line> lines;
  if (!all.empty()) collect(listings, all.front().path, lines);
  if (selector->kind == Selector::Kind::worker) {
    std::erase_if(lines, [&](const Line& line) { return !line.worker || line.worker->address.id != selector->worker; });
    if (lines.empty())
      return fail(failure(ErrorKind::invalid, fmt::format("no worker {} stands there", options.selector)));
  }
  if (options.json) return print_json(lines), 0;
  if (options.long_rows) return print_long(lines), 0;
  for (const Line& line : lines)
    fmt::print("{}\n", options.short_names ? line.path.substr(line.path.rfind('/') + 1) : line.path);
  return 0;
}

}  // namespace

void add_ls(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("ls",
                                         "list directories and workers of the anchor tree\n\n"
                                         "  circuit ls /            what is at the top\n"
                                         "  circuit ls -l /...      every worker, with its pid\n"
                                         "  circuit ls /hello/...   all below /hello");
  auto options = std::make_shared<Options>();
  command->add_option("SELECTOR", options->selector, "/dir, /dir/... (with all below) or /dir/R... (default: /...)");
  command->add_flag("-s,--short", options->short_names, "names only, without the path");
  command->add_flag("-l,--long", options->long_rows, "a table of the workers");
  command->add_flag("--json", options->json, "an array of objects");
  command->callback([&shared, &run, options] { run = [&shared, options] { return ls(shared, *options); }; });
}

}  // namespace circuit::cli
