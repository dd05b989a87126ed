// `--restart`, as people write it.
#pragma once

#include <string_view>

#include <circuit/restart.hpp>

#include "base/result.hpp"

namespace circuit::cli {

/// `on=failure,at-most=5,within=60s`: each part may be missing, in any order; within takes ms, s, m or h. The
/// failure says what is wrong.
Result<Restart> parse_restart(std::string_view text);

}  // namespace circuit::cli
