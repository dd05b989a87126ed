// Arguments of a function, as they are written on a command line.
#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "spawn/agent_messages.hpp"

namespace circuit::cli {

/// Each is JSON; where the parameter is a text, bare words will do.
boost::json::array parse_arguments(const std::vector<std::string>& texts,
                                   const std::vector<spawn::ParameterDescription>& parameters);

}  // namespace circuit::cli
