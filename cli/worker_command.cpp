// circuit worker: all that is known of one worker, alive or dead.
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "command.hpp"
#include "monitor/live_cluster.hpp"
#include "output.hpp"
#include "record_text.hpp"

namespace circuit::cli {
namespace {

int worker(const Shared& shared, const std::string& text, bool json) {
  auto id = WorkerId::parse(text.substr(text.rfind('/') + 1));
  if (!id) return fail(failure(ErrorKind::invalid, fmt::format("'{}' is no worker's id: R and 16 hex digits", plain(text))));
  monitor::LiveCluster cluster(shared.agent_directory(), monitor::LiveCluster::Watch::no);
  auto record = cluster.worker(*id);
  if (record.has_error()) return fail(record.error());
  if (json) {
    fmt::print("{}\n", boost::json::serialize(to_json(*record)));
    return 0;
  }
  auto line = [](std::string_view name, const std::string& value) { fmt::print("{:<12}{}\n", name, plain(value)); };
  line("worker", record->address.id.string());
  line("state", state_text(*record));
  if (!record->cause.text.empty()) line("cause", record->cause.text);
  line("host", record->address.host);
  line("pid", std::to_string(record->address.pid));
  line("age", age_of(*record));
  line("function", function_text(*record));
  line("executable", record->executable);
  for (const std::string& anchor : record->anchors) line("anchor", anchor);
  line("jail", (shared.agent_directory() / "jail" / record->address.id.string()).string());
  return 0;
}

}  // namespace

void add_worker(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("worker", "show one worker, also a dead one: state, cause, function, jail");
  auto id = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("ID", *id, "R..., or a path that ends in it")->required();
  command->add_flag("--json", *json, "as an object");
  command->callback([&shared, &run, id, json] { run = [&shared, id, json] { return worker(shared, *id, *json); }; });
}

}  // namespace circuit::cli
