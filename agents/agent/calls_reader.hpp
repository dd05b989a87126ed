// The calls in flight of this host, read from the flight recorders of its workers.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "record/reader.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::agent {

using Recorders = std::vector<std::pair<WorkerId, std::shared_ptr<const record::Reader>>>;

/// Null, with a line in the log, where the memory is no recorder.
std::shared_ptr<const record::Reader> open_recorder(UniqueFd memory);

/// The calls of which `of` has one end, or all where it is empty.
/// Works on what a worker that is hung, stopped or hostile has left in its memory as well as on a healthy
/// one's. Thread safety: any thread.
spawn::CallsReport read_calls(const Recorders& recorders, const std::vector<WorkerId>& of,
                              const Clock& clock);

}  // namespace circuit::agent
