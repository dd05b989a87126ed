// The parts of a request's target, taken apart.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace circuit::web {

/// `%41` and its like decoded; nothing where a `%` is not followed by two hex digits or stands for a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

/// A request's target as it is worked with.
struct Target {
  /// Decoded, with its leading slash.
  std::string path;
  std::map<std::string, std::string, std::less<>> query;
};

/// Takes a target in origin form (`/path?name=value&...`) apart; nothing if it is not one, or names a
/// parameter twice.
std::optional<Target> parse_target(std::string_view target);

}  // namespace circuit::web
