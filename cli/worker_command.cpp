// circuit worker: all that is known of one worker, alive or dead.
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "command.hpp"
#include "connection.hpp"
#include "monitor/json.hpp"
#include "output.hpp"
#include "record_text.hpp"

namespace circuit::cli {
namespace {

int worker(const Shared& shared, const std::string& text, bool json) {
  auto id = WorkerId::parse(text.substr(text.rfind('/') + 1));
  if (!id)
    return fail(
        failure(ErrorKind::invalid,
                fmt::format("'{}' is no worker's id: write R and 16 hex digits, as `circuit ls` shows them",
                            plain(text))));
  auto cluster = connect(shared);
  if (cluster.has_error()) return fail(cluster.error());
  auto record = (*cluster)->worker(*id);
  if (record.has_error()) return fail(record.error());
  if (json) {
    fmt::print("{}\n", boost::json::serialize(monitor::to_json(*record)));
    return 0;
  }
  bool dead = record->state == spawn::WorkerState::dead;
  auto line = [](std::string_view name, const std::string& value) {
    fmt::print("{:<12}{}\n", name, plain(value));
  };
  line("worker", record->address.id.string());
  line("state", std::string(monitor::name_of(record->state)));
  if (dead) line("cause", record->cause.text);
  line("host", record->address.host);
  line("pid", std::to_string(record->address.pid));
  line(dead ? "lived" : "age", age_of(*record));
  line("function", function_text(*record));
  line("executable", record->executable);
  for (const std::string& anchor : record->anchors) line("anchor", anchor);
  if (!record->app) line("jail", (shared.agent_directory() / "jail" / record->address.id.string()).string());
  return 0;
}

}  // namespace

void add_worker(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("worker", "Show one worker, alive or dead");
  command->footer(
      "Its state, and when it is dead the cause; its function, anchors, and its jail:\n"
      "the directory with its standard output (out) and error (err), which outlives it.\n\n"
      "Examples:\n"
      "  circuit worker R6aca01d945c3b861\n"
      "  circuit worker --json /hello/R6aca01d945c3b861");
  auto id = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("ID", *id, "R and 16 hex digits, or a path that ends in them")->required();
  command->add_flag("--json", *json, "one object");
  command->callback(
      [&shared, &run, id, json] { run = [&shared, id, json] { return worker(shared, *id, *json); }; });
}

}  // namespace circuit::cli
