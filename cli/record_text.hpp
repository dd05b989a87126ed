// Workers, as the shell commands show them.
#pragma once

#include <string>
#include <string_view>

#include "spawn/agent_messages.hpp"

namespace circuit::cli {

/// `greet("world")`, of the list that the arguments are kept as.
std::string call_text(std::string_view name, std::string_view arguments);
/// The call of a worker's function.
std::string function_text(const spawn::WorkerRecord& record);
std::string age_of(const spawn::WorkerRecord& record);

}  // namespace circuit::cli
