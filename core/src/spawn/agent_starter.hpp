// Starting keeper and agent on this host.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace circuit::spawn {

/// The `circuit` program that goes with this one: $CIRCUIT_PROGRAM, else beside the running executable, else
/// on the PATH. The failure says where it was looked for.
Result<std::filesystem::path> find_circuit_program();

/// Starts a keeper for `directory`, which starts an agent; both go on after this process. Does not wait for
/// them. A keeper that runs already stays the only one.
Result<void> start_keeper(const std::filesystem::path& directory);

}  // namespace circuit::spawn
