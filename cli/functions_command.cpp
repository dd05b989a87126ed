// circuit functions: what can be spawned.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "command.hpp"
#include "monitor/live_cluster.hpp"
#include "output.hpp"
#include "spawn/function_json.hpp"

namespace circuit::cli {
namespace {

int functions(const Shared& shared, bool json) {
  monitor::LiveCluster cluster(shared.agent_directory(), monitor::LiveCluster::Watch::no);
  auto known = cluster.functions();
  if (known.has_error()) return fail(known.error());
  if (json) {
    boost::json::array all;
    for (const auto& function : *known) all.push_back(spawn::to_json(function));
    fmt::print("{}\n", boost::json::serialize(all));
    return 0;
  }
  Table table({"FUNCTION", "EXECUTABLE"});
  for (const auto& function : *known) table.add({plain(function.signature), plain(function.executable)});
  table.print();
  return 0;
}

}  // namespace

void add_functions(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand(
      "functions", "list the functions that can be spawned, of every program that has spawned on this host");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "an array of objects");
  command->callback([&shared, &run, json] { run = [&shared, json] { return functions(shared, *json); }; });
}

}  // namespace circuit::cli
