// Why a worker ended, in words.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "keeper/keeper_messages.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::agent {

/// Who asked for a worker's end, and how.
struct KillIntent {
  spawn::CauseKind kind = spawn::CauseKind::killed;
  std::string by;
};

/// The cause that follows from what the keeper saw and what had been asked for.
spawn::Cause cause_of(const keeper::End& end, const std::optional<KillIntent>& intent);

/// `SIGKILL`, or `signal 77`.
std::string signal_name(int signal);

/// The last lines of a jail's `err`, at most limits::quoted_err_bytes, without control characters.
std::string last_lines(const std::filesystem::path& jail);

}  // namespace circuit::agent
