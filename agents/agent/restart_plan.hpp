// Whether a worker that has ended is started again, and when.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <circuit/bytes.hpp>

#include "base/result.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::agent {

/// What is kept of a spawn so that its worker can be started again.
struct RestartPlan {
  /// With the function's arguments.
  spawn::SpawnOrder order;
  /// The process to which the worker's life is bound; nobody: to none.
  Address spawner;
  /// The spawner does not wait for the result: the agent calls the function.
  bool agent_calls = false;
  bool daemonized = false;
  /// When it was started again, as far as that still counts.
  std::vector<std::uint64_t> restarts_wall_ns;
  /// Restarts since it last lived for as long as they count.
  std::uint32_t in_a_row = 0;
};

/// The order can be kept. Errors: `invalid`, saying what is wrong with its policy.
Result<void> check_restart(const spawn::SpawnOrder& order);

struct RestartDecision {
  /// How long to wait before it is started again; nullopt: it is not.
  std::optional<std::chrono::nanoseconds> after;
  bool crash_loop = false;
};
/// Decides about a worker that has ended by itself, and counts the restart.
RestartDecision decide_restart(RestartPlan& plan, const spawn::WorkerRecord& dead);
/// `started again 5 times within 60 s`.
std::string describe_restarts(const RestartPlan& plan);

/// What an agent leaves with the keeper about a worker, for its successor.
Bytes encode_kept(const spawn::WorkerRecord& record, const RestartPlan* plan);
/// The reverse, also of what an agent without restarts has left. False: it is neither; `*error` says why.
bool decode_kept(ByteView bytes, spawn::WorkerRecord& record, std::optional<RestartPlan>& plan,
                 std::string* error = nullptr);

}  // namespace circuit::agent
