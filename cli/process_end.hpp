// The end of a process that is known by its pidfd.
#pragma once

#include <chrono>

#include "base/unique_fd.hpp"

namespace circuit::cli {

/// Whether it has ended, or does within the wait. An empty descriptor is that of a process that was not
/// found.
bool has_ended(const UniqueFd& process, std::chrono::milliseconds wait);

}  // namespace circuit::cli
