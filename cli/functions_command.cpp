// circuit functions: what can be spawned.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "command.hpp"
#include "connection.hpp"
#include "output.hpp"
#include "spawn/function_json.hpp"
#include "table.hpp"

namespace circuit::cli {
namespace {

int functions(const Shared& shared, bool json) {
  auto cluster = connect(shared);
  if (cluster.has_error()) return fail(cluster.error());
  auto known = (*cluster)->functions();
  if (known.has_error()) return fail(known.error());
  if (json) {
    boost::json::array all;
    for (const auto& function : *known) all.push_back(spawn::to_json(function));
    fmt::print("{}\n", boost::json::serialize(all));
    return 0;
  }
  Table table({{"FUNCTION", Cut::end}, {"EXECUTABLE", Cut::front}});
  for (const auto& function : *known) table.add({plain(function.signature), plain(function.executable)});
  table.print();
  return 0;
}

}  // namespace

void add_functions(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("functions", "List the functions that can be spawned");
  command->footer(
      "They are those of `circuit` itself, and of every program that has spawned on\n"
      "this host. A parameter with '=' may be left out.\n\n"
      "Examples:\n"
      "  circuit functions\n"
      "  circuit functions --json | jq -r '.[].name'");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json,
                    "an array of objects with name, signature, executable, id, parameters and result");
  command->callback([&shared, &run, json] { run = [&shared, json] { return functions(shared, *json); }; });
}

}  // namespace circuit::cli
