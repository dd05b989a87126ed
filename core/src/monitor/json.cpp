#include "monitor/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>
#include <string>

#include "base/utf8.hpp"

namespace circuit::monitor {
namespace json = boost::json;
namespace {

constexpr std::uint64_t ns_per_ms = 1'000'000;

json::string text(std::string_view from_elsewhere) { return json::string(valid_utf8(from_elsewhere)); }

std::string hex(std::uint64_t number) { return fmt::format("{:016x}", number); }

json::value cause_of(const spawn::WorkerRecord& worker) {
  if (worker.state != spawn::WorkerState::dead) return nullptr;
  const spawn::Cause& cause = worker.cause;
  return {{"kind", name_of(cause.kind)}, {"code", cause.code}, {"text", text(cause.text)}};
}

}  // namespace

std::string_view name_of(spawn::WorkerState state) noexcept {
  switch (state) {
    case spawn::WorkerState::starting: return "starting";
    case spawn::WorkerState::live: return "live";
    case spawn::WorkerState::suspect: return "suspect";
    case spawn::WorkerState::unregistered: return "unregistered";
    case spawn::WorkerState::dead: return "dead";
  }
  return "unknown";
}

std::string_view name_of(spawn::CauseKind kind) noexcept {
  switch (kind) {
    case spawn::CauseKind::none: return "none";
    case spawn::CauseKind::exited: return "exited";
    case spawn::CauseKind::signalled: return "signalled";
    case spawn::CauseKind::killed: return "killed";
    case spawn::CauseKind::silent: return "silent";
    case spawn::CauseKind::lost: return "lost";
    case spawn::CauseKind::crash_loop: return "crash_loop";
  }
  return "unknown";
}

std::string_view name_of(CallPhase phase) noexcept {
  switch (phase) {
    case CallPhase::sent: return "sent";
    case CallPhase::queued: return "queued";
    case CallPhase::running: return "running";
  }
  return "unknown";
}

json::object to_json(const spawn::WorkerRecord& worker) {
  json::array anchors;
  for (const std::string& anchor : worker.anchors) anchors.emplace_back(text(anchor));
  json::value died = nullptr;
  if (worker.state == spawn::WorkerState::dead) died = worker.died_wall_ns / ns_per_ms;
  return {{"id", worker.address.id.string()},
          {"incarnation", hex(worker.address.incarnation)},
          {"host", text(worker.address.host)},
          {"pid", worker.address.pid},
          {"app", worker.app},
          {"function", text(worker.function)},
          {"arguments", text(worker.arguments)},
          {"executable", text(worker.executable)},
          {"anchors", std::move(anchors)},
          {"started_ms", worker.started_wall_ns / ns_per_ms},
          {"state", name_of(worker.state)},
          {"cause", cause_of(worker)},
          {"died_ms", std::move(died)}};
}

json::object to_json(const Call& call) {
  json::value parent = nullptr, deadline = nullptr;
  if (call.parent_id != 0) parent = {{"caller", call.parent_caller.string()}, {"id", hex(call.parent_id)}};
  if (call.deadline_wall_ns != 0) deadline = call.deadline_wall_ns / ns_per_ms;
  return {{"caller", call.caller.string()},
          {"id", hex(call.id)},
          {"callee", call.callee.string()},
          {"phase", name_of(call.phase)},
          {"method", text(call.method)},
          {"descriptor", text(call.descriptor)},
          {"arguments", text(call.arguments)},
          {"argument_bytes", call.argument_bytes},
          {"started_ms", call.started_wall_ns / ns_per_ms},
          {"deadline_ms", std::move(deadline)},
          {"depth", call.depth},
          {"parent", std::move(parent)},
          {"chain", hex(call.chain)},
          {"object", hex(call.object)},
          {"thread", call.thread}};
}

}  // namespace circuit::monitor
