// Worker executables: what functions a program on this host has.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::spawn {

/// Asks the executable itself: started in the role `functions` it prints them and ends. Blocks, at most
/// limits::describe_wait; the failure says that the file is missing, crashed, or is no worker executable.
Result<std::vector<FunctionDescription>> describe_executable(const std::filesystem::path& path);

}  // namespace circuit::spawn
