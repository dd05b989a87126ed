// Worker records and observations in few words.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "monitor/model.hpp"

namespace circuit::monitor::testing {

inline spawn::WorkerRecord worker(std::uint64_t id, spawn::WorkerState state = spawn::WorkerState::live) {
  spawn::WorkerRecord record;
  record.address.id = WorkerId{id};
  record.address.incarnation = id * 2 + 1;
  record.address.host = "localhost";
  record.address.pid = static_cast<std::int32_t>(id);
  record.function = "greet";
  record.state = state;
  return record;
}

inline spawn::WorkerRecord dead_worker(std::uint64_t id, std::uint64_t died_wall_ns) {
  spawn::WorkerRecord record = worker(id, spawn::WorkerState::dead);
  record.cause = {spawn::CauseKind::exited, 3, "exited with 3"};
  record.died_wall_ns = died_wall_ns;
  return record;
}

inline spawn::Observation whole(std::uint64_t epoch, std::vector<spawn::WorkerRecord> workers) {
  return {epoch, 1, true, std::move(workers), {}};
}

inline spawn::Observation change(std::uint64_t epoch, std::uint64_t sequence,
                                 std::vector<spawn::WorkerRecord> changed,
                                 std::vector<WorkerId> removed = {}) {
  return {epoch, sequence, false, std::move(changed), std::move(removed)};
}

constexpr std::uint64_t second_ns = 1'000'000'000;

/// Second `s` of the test, with a wall clock that is elsewhere.
inline Moment at(std::uint64_t s) {
  return {s * second_ns, (1'000'000 + s) * second_ns};
}

}  // namespace circuit::monitor::testing
