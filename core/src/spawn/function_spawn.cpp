#include "spawn/function_spawn.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "spawn/restarted_call.hpp"
#include "value/json.hpp"
#include "value/shape.hpp"

namespace circuit::spawn {
namespace json = boost::json;
namespace {

/// How many letters have to be changed to get from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

Failure unknown_function(const std::vector<FunctionDescription>& functions, std::string_view name,
                         std::string_view executable) {
  std::string nearest;
  std::size_t distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const FunctionDescription& function : functions)
    if (std::size_t d = edit_distance(function.name, name.substr(0, 64)); d < distance) {
      distance = d;
      nearest = function.name;
    }
  std::string where = executable.empty() ? "" : fmt::format(" in {}", executable);
  std::string hint = nearest.empty() ? ";" : fmt::format("; did you mean {}?", nearest);
  return failure(ErrorKind::invalid,
                 fmt::format("unknown function '{}'{}{} `circuit functions` lists them", name, where, hint));
}

/// Waits for the result of a worker function.
class OutcomeWaiter final : public lang::Waiter {
 public:
  OutcomeWaiter(WorkerId worker, SpawnProgress progress,
                std::function<void(WorkerId, Result<std::string>)> outcome)
      : worker_(worker), progress_(std::move(progress)), outcome_(std::move(outcome)) {}

  void complete(lang::Answer answer) override {
    std::unique_ptr<OutcomeWaiter> self(this);
    tell(std::move(answer));
  }

  void tell(lang::Answer answer) {
    Result<std::string> result = answer.has_error() ? Result<std::string>(answer.error()) : to_text(*answer);
    if (progress_) progress_("result", result.has_value() ? *result : result.error().text);
    if (outcome_) outcome_(worker_, std::move(result));
  }

 private:
  static Result<std::string> to_text(const lang::Reply& reply) {
    auto value = cbor_to_json(reply.bytes());
    if (value.has_error()) return value.error();
    return json_text(*value);
  }

  WorkerId worker_;
  SpawnProgress progress_;
  std::function<void(WorkerId, Result<std::string>)> outcome_;
};

}  // namespace

Result<FunctionDescription> choose_function(const std::vector<FunctionDescription>& functions,
                                            std::string_view name, std::string_view executable) {
  for (const FunctionDescription& function : functions)
    if (function.name == name && (executable.empty() || function.executable == executable)) return function;
  return unknown_function(functions, name, executable);
}

Result<Buffer> encode_json_arguments(const FunctionDescription& function, const json::array& arguments) {
  const auto& parameters = function.parameters;
  if (arguments.size() > parameters.size())
    return failure(ErrorKind::invalid,
                   fmt::format("{} takes {} argument{}, got {}: {}", function.name, parameters.size(),
                               parameters.size() == 1 ? "" : "s", arguments.size(), function.signature));
  Buffer cbor;
  Encoder encoder(cbor);
  encoder.array(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    std::string where = fmt::format("argument {} ({})", i + 1, parameters[i].name);
    json::value value;
    if (i < arguments.size()) {
      value = arguments[i];
    } else if (parameters[i].otherwise) {
      boost::system::error_code error;
      value = json::parse(*parameters[i].otherwise, error);
      if (error) return failure(ErrorKind::invalid, fmt::format("{}: its default makes no sense", where));
    } else {
      return failure(ErrorKind::invalid, fmt::format("{} is missing: expected {} in {}", where,
                                                     parameters[i].type, function.signature));
    }
    auto shape = parse_shape(parameters[i].type);
    if (shape.has_error())
      return failure(ErrorKind::invalid, fmt::format("{}: {}", where, shape.error().text));
    if (auto encoded = json_to_cbor(value, *shape, encoder, where); encoded.has_error())
      return encoded.error();
  }
  return cbor;
}

Result<WorkerRecord> spawn_function(lang::Node& node, AgentConnection& agent, Launcher& launcher,
                                    const std::string& host, const std::vector<std::string>& anchors,
                                    const FunctionDescription& function, Buffer arguments, Caller caller,
                                    const Restart& restart, SpawnProgress progress,
                                    std::function<void(WorkerId, Result<std::string>)> outcome) {
  auto tell = [&](std::string_view step, const std::string& detail) {
    if (progress) progress(step, detail);
  };
  auto agent_peer = agent.agent();
  if (agent_peer.has_error()) return agent_peer.error();
  tell("login", fmt::format("agent {}", (*agent_peer)->address().string()));

  SpawnOrder order;
  order.anchors = anchors;
  order.function = function.name;
  order.executable = function.executable;
  if (restart.on != RestartOn::never) {
    order.restart = restart;
    order.function_id = function.id;
    order.arguments.assign(arguments.data(), arguments.data() + arguments.size());
  }
  auto record = launcher.launch(host, order);
  if (record.has_error()) return record.error();
  const Address& address = record->address;
  tell("started", fmt::format("{} pid {} {}", address.id.string(), address.pid, address.endpoint));

  lang::PeerPointer worker = node.peers().find_or_add(address);
  static const lang::RemoteMethod<void()> ping{"process.ping"};
  auto open = lang::call(node, worker, lang::fixed_object::process, ping, {limits::worker_silence});
  if (open.has_error()) return open.error();
  tell("open", address.endpoint);

  if (caller == Caller::agent) {
    RunOrder run{address.id, function.id, {arguments.data(), arguments.data() + arguments.size()}};
    auto running = agent.call(agent_interface().run, {}, run);
    if (running.has_error()) return running.error();
    tell("go", function.signature);
    return record;
  }
  if (restart.on != RestartOn::never) {
    auto waiter = std::make_shared<OutcomeWaiter>(address.id, progress, std::move(outcome));
    call_through_restarts(node, agent, address, function.id, std::move(arguments),
                          [waiter](RestartedAnswer answer) { waiter->tell(std::move(answer.answer)); });
    tell("go", function.signature);
    return record;
  }
  Buffer body;
  body.extend(wire::CallHead::size);
  body.append(arguments);
  lang::ReferenceSession none(node, worker);
  auto waiter = std::make_unique<OutcomeWaiter>(address.id, progress, std::move(outcome));
  node.send_call(worker, node.head_for(lang::fixed_object::functions, function.id, false), std::move(body),
                 none, {}, *waiter.release());
  tell("go", function.signature);
  return record;
}

}  // namespace circuit::spawn
