// Function descriptions as JSON: what an executable says of itself, and what the consoles show.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::spawn {

/// The functions of the running executable, lambdas left out: they have no name to call them by.
std::vector<FunctionDescription> own_functions();

boost::json::object to_json(const FunctionDescription& function);
/// Reads what an executable printed; hostile.
Result<std::vector<FunctionDescription>> functions_from_json(std::string_view text);

}  // namespace circuit::spawn
