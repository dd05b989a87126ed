// w6: a worker is started, runs a function, and its value comes back.
#pragma once

#include "options.hpp"

namespace circuit::bench {

/// Spawns on an agent of its own, one after the other, and prints the line. Throws Error.
void run_spawns(const Options& options);

}  // namespace circuit::bench
