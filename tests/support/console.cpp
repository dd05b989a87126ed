#include "support/console.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "spawn/agent_interface.hpp"
#include "spawn/executable.hpp"

namespace circuit::support {

using spawn::WorkerRecord;
using spawn::WorkerState;

Console::Console(const std::filesystem::path& agent_directory)
    : state_(runtime::make_app(agent_directory, wire::Role::console, spawn::AgentConnection::Start::never,
                               nullptr)) {}

WorkerRecord Console::spawn(const Spawn& wanted) {
  auto fail = [](const Failure& why) {
    ADD_FAILURE() << why.text;
    return WorkerRecord();
  };
  auto known = wanted.executable.empty() ? ask(spawn::agent_interface().functions)
                                         : spawn::describe_executable(wanted.executable);
  if (known.has_error()) return fail(known.error());
  auto function = spawn::choose_function(*known, wanted.function, wanted.executable);
  if (function.has_error()) return fail(function.error());
  auto arguments = spawn::encode_json_arguments(*function, boost::json::parse(wanted.arguments).as_array());
  if (arguments.has_error()) return fail(arguments.error());
  auto record =
      spawn::spawn_function(state_->node(), state_->agent(), state_->launcher(), "localhost", wanted.anchors,
                            *function, std::move(*arguments), wanted.caller, wanted.restart, {}, {});
  return record.has_value() ? *record : fail(record.error());
}

Result<WorkerRecord> Console::start(const std::string& executable, std::vector<std::string> anchors) {
  return ask(spawn::agent_interface().spawn, spawn::SpawnOrder{std::move(anchors), {}, executable});
}

Result<void> Console::ping(const Address& worker) {
  static const lang::RemoteMethod<void()> ping{"process.ping"};
  return lang::call(state_->node(), state_->node().peers().find_or_add(worker), lang::fixed_object::process,
                    ping, {});
}

std::optional<WorkerRecord> Console::worker(WorkerId id) {
  auto record = ask(spawn::agent_interface().worker, id);
  return record.has_value() ? std::optional(std::move(*record)) : std::nullopt;
}

bool Console::is_live(WorkerId id) {
  auto record = worker(id);
  return record && record->state == WorkerState::live;
}

bool Console::is_dead(WorkerId id) {
  auto record = worker(id);
  return record && record->state == WorkerState::dead;
}

std::optional<std::vector<std::string>> Console::tree() {
  auto listings = ask(spawn::agent_interface().walk, std::string("/"));
  if (listings.has_error()) return std::nullopt;
  std::vector<std::string> files;
  for (const spawn::DirectoryListing& listing : *listings) {
    if (listing.directories.empty() && listing.workers.empty() && listing.path != "/")
      ADD_FAILURE() << listing.path << " is shown, and is empty";
    for (const WorkerRecord& worker : listing.workers)
      files.push_back((listing.path == "/" ? "" : listing.path) + "/" + worker.address.id.string());
  }
  return files;
}

Result<void> Console::kill(WorkerId id, int signal, std::uint64_t grace_ms) {
  return ask(spawn::agent_interface().kill, spawn::KillOrder{id, signal, grace_ms, "the test"});
}

}  // namespace circuit::support
