// `agent.json`: how the processes of a host find their agent.
#pragma once

#include <filesystem>

#include <circuit/identity.hpp>

#include "base/result.hpp"

namespace circuit::spawn {

/// Written by each run of the agent when it can be called.
Result<void> write_agent_file(const std::filesystem::path& directory, const Address& agent);
/// The address in the file; `unreachable` where there is none. Whether the agent lives is not looked at.
Result<Address> read_agent_file(const std::filesystem::path& directory);

}  // namespace circuit::spawn
