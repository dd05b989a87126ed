#include "agent/restart_plan.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <circuit/value/codec.hpp>

#include "base/limits.hpp"
#include "base/secret_mark.hpp"

namespace circuit::agent {
namespace {

using spawn::CauseKind;

struct Kept {
  spawn::WorkerRecord record;
  std::optional<RestartPlan> plan;
};

bool is_failure(const spawn::Cause& cause) {
  switch (cause.kind) {
    case CauseKind::exited: return cause.code != 0;
    case CauseKind::signalled:
    case CauseKind::silent:
    case CauseKind::lost: return true;
    default: return false;
  }
}

}  // namespace

Result<void> check_restart(const spawn::SpawnOrder& order) {
  if (order.function_id == 0)
    return failure(ErrorKind::invalid, "a worker without a function cannot be started again");
  if (order.restart.on > RestartOn::always || order.restart.at_most > limits::restarts_at_most ||
      order.restart.within.count() <= 0)
    return failure(ErrorKind::invalid,
                   fmt::format("a restart policy has an event, a time, and at most {} restarts",
                               limits::restarts_at_most));
  if (order.arguments.size() > limits::restart_argument_bytes)
    return failure(ErrorKind::invalid,
                   fmt::format("the arguments have {} bytes, where {} can be kept for a restart",
                               order.arguments.size(), limits::restart_argument_bytes));
  if (find_secret(order.arguments) != order.arguments.size())
    return failure(ErrorKind::invalid,
                   "arguments that are kept for a restart are written to disk: they can hold no secret");
  return {};
}

RestartDecision decide_restart(RestartPlan& plan, const spawn::WorkerRecord& dead) {
  const Restart& policy = plan.order.restart;
  const bool wanted =
      policy.on == RestartOn::always || (policy.on == RestartOn::failure && is_failure(dead.cause));
  if (!wanted || dead.cause.kind == CauseKind::killed) return {};

  const std::uint64_t now = dead.died_wall_ns;
  const auto within = static_cast<std::uint64_t>(std::chrono::nanoseconds(policy.within).count());
  std::erase_if(plan.restarts_wall_ns, [&](std::uint64_t at) { return at + within <= now; });
  if (dead.started_wall_ns + within <= now) plan.in_a_row = 0;
  if (plan.restarts_wall_ns.size() >= policy.at_most) return {std::nullopt, true};
  plan.restarts_wall_ns.push_back(now);
  std::chrono::nanoseconds pause = limits::restart_back_off_first;
  for (std::uint32_t i = 0; i < plan.in_a_row && pause < limits::restart_back_off_last; ++i) pause *= 2;
  ++plan.in_a_row;
  return {std::min<std::chrono::nanoseconds>(pause, limits::restart_back_off_last), false};
}

std::string describe_restarts(const RestartPlan& plan) {
  const Restart& policy = plan.order.restart;
  const double seconds = std::chrono::duration<double>(policy.within).count();
  return fmt::format("started again {} time{} within {:g} s", policy.at_most, policy.at_most == 1 ? "" : "s",
                     seconds);
}

Bytes encode_kept(const spawn::WorkerRecord& record, const RestartPlan* plan) {
  if (plan == nullptr) return Bytes(to_cbor(record));
  return Bytes(to_cbor(Kept{record, *plan}));
}

bool decode_kept(ByteView bytes, spawn::WorkerRecord& record, std::optional<RestartPlan>& plan,
                 std::string* error) {
  Kept kept;
  if (from_cbor(bytes, kept)) {
    record = std::move(kept.record);
    plan = std::move(kept.plan);
    return true;
  }
  return from_cbor(bytes, record, error);
}

}  // namespace circuit::agent
