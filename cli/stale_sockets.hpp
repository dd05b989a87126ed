// Sockets whose process has ended without removing them.
#pragma once

#include <filesystem>

namespace circuit::cli {

/// Removes from the directory each socket on which nobody listens, and then the directory if nothing is left
/// in it.
void remove_stale_sockets(const std::filesystem::path& directory);

}  // namespace circuit::cli
