// Durations and moments as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace circuit {

/// `1.5s`, `200ms`, `-3us`, `90min` and so on (ns, us, ms, s, m or min, h, d) in nanoseconds; nothing when it
/// is none or does not fit.
std::optional<std::int64_t> parse_duration(std::string_view text);

/// `2024-05-01T12:30:00Z`, with up to nine digits of fractions, in nanoseconds since 1970; nothing otherwise.
std::optional<std::int64_t> parse_moment(std::string_view text);

/// Seconds to the nearest nanosecond; nothing when they do not fit.
std::optional<std::int64_t> ns_of_seconds(double seconds);

}  // namespace circuit
