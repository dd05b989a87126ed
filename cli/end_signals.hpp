// Ctrl-C and its kin, as something to wait for.
#pragma once

#include <chrono>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace circuit::cli {

/// From now on SIGINT, SIGTERM and SIGHUP end nothing, but make the descriptor readable. Before any thread is
/// started, for a thread has the signal mask of its maker.
Result<UniqueFd> take_end_signals();

/// The signal that has come, or 0 when none comes within the wait.
int next_end_signal(const UniqueFd& signals, std::chrono::milliseconds wait);

}  // namespace circuit::cli
