// Workers, as the shell commands show them.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "spawn/agent_messages.hpp"

namespace circuit::cli {

std::string state_text(const spawn::WorkerRecord& record);
/// `greet("world")`
std::string function_text(const spawn::WorkerRecord& record);
std::string age_of(const spawn::WorkerRecord& record);
boost::json::object to_json(const spawn::WorkerRecord& record);

}  // namespace circuit::cli
