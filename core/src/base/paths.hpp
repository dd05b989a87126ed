// Where things are on this host: the agent's directory, its sockets, and executables.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace circuit {

/// The directory of the agent: $CIRCUIT_DIR, else $XDG_STATE_HOME/circuit/<cluster>/<host>, else the same
/// under ~/.local/state. Always absolute; not created.
std::filesystem::path agent_directory(std::string_view cluster = "default",
                                      std::string_view host = "localhost");

/// The user's own directory for what Circuit keeps: $XDG_STATE_HOME/circuit, else ~/.local/state/circuit. Not
/// created.
std::filesystem::path state_directory();

/// Makes `directory` (and its parents) with mode 0700, or checks that it is a directory of this user that
/// nobody else can enter.
Result<void> make_private_directory(const std::filesystem::path& directory);

/// The short private directory for the AF_UNIX sockets of the agent in `directory`: a socket's path has at
/// most 107 bytes, so it cannot lie in a deep one. Derived from `directory` alone; not created.
std::filesystem::path socket_directory(const std::filesystem::path& directory);

/// The running executable's own path.
std::filesystem::path own_executable();

bool is_executable(const std::filesystem::path& path);
/// The program of that name beside the running one, else on the PATH; an empty path where there is none.
std::filesystem::path find_program(std::string_view name);

/// Reads a whole file of at most `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);
/// Writes a file with mode 0600 so that a reader sees the old content or the new, and never a part.
Result<void> write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace circuit
