// Workers, as the shell commands show them.
#pragma once

#include <string>

#include "spawn/agent_messages.hpp"

namespace circuit::cli {

/// `greet("world")`
std::string function_text(const spawn::WorkerRecord& record);
std::string age_of(const spawn::WorkerRecord& record);

}  // namespace circuit::cli
