// The session of the agent that was there before, for the one that takes over from it.
#pragma once

#include <filesystem>
#include <optional>

#include "anchor/coordinator.hpp"
#include "base/result.hpp"

namespace circuit::agent {

/// Nothing where there is no file, or none that makes sense.
std::optional<anchor::SessionCredentials> read_session(const std::filesystem::path& file);
/// With mode 0600: who has the credentials may do what the agent may.
Result<void> write_session(const std::filesystem::path& file, const anchor::SessionCredentials& session);

}  // namespace circuit::agent
