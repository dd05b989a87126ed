// Arguments of a function, as they are written on a command line.
#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::cli {

/// The words of a command line, last first, as CLI11 wants them. It would take a JSON array apart at its
/// commas, so whatever looks like one is marked; parse_arguments() knows the mark.
std::vector<std::string> shielded_words(int argc, char** argv);

/// Each is JSON; where the parameter is a text, bare words will do. Fails for what is not UTF-8.
Result<boost::json::array> parse_arguments(const std::vector<std::string>& texts,
                                           const std::vector<spawn::ParameterDescription>& parameters);

}  // namespace circuit::cli
