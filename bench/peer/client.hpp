// The client's side: one piece of work, measured.
#pragma once

#include "options.hpp"

namespace circuit::bench {

/// Does the work of the options and prints its line. Throws Error.
void run_client(const Options& options);

}  // namespace circuit::bench
