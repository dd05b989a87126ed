// What of a worker stands in the anchor tree, and where.
#pragma once

#include <string>
#include <vector>

#include "base/anchor_path.hpp"
#include "base/result.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::agent {

/// The directories of a worker that was registered before.
std::vector<anchor::Path> anchors_of(const spawn::WorkerRecord& record);

/// The directories that a new worker on `host` is to have: those asked for, each once, and `/host/<host>`.
/// Errors: `invalid` for too many of them, or one that is no anchor.
Result<std::vector<anchor::Path>> parse_anchors(const std::vector<std::string>& texts,
                                                const std::string& host);

}  // namespace circuit::agent
