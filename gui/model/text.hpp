// Text as it may be shown: hostile bytes made harmless, and figures as people read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace circuit::gui {

/// The text as one line of valid UTF-8: invalid bytes, control characters and those that turn the direction
/// of writing become U+FFFD; beyond `most_bytes` it is cut and ends with an ellipsis.
std::string shown(std::string_view text, std::size_t most_bytes);
/// As shown(), but keeps line ends and makes tabs spaces.
std::string shown_lines(std::string_view text, std::size_t most_bytes);

/// ASCII letters in lower case; all else as it is.
std::string folded(std::string_view text);

/// `4 s`, `12 m`, `3 h`, `5 d`.
std::string age_text(std::uint64_t from_ns, std::uint64_t to_ns);
/// The age of a call, finer: `0.2 ms`, `120 ms`, `2.4 s`, `24 s`, `3 m`.
std::string call_age_text(std::uint64_t from_ns, std::uint64_t to_ns);
/// `3 h 12 m`.
std::string duration_text(std::uint64_t from_ns, std::uint64_t to_ns);
/// `1 204`, with narrow spaces that do not break.
std::string count_text(std::uint64_t count);
/// `1 worker`, `2 workers`.
std::string counted(std::uint64_t count, std::string_view noun);
/// `912 B`, `4.2 KiB`.
std::string bytes_text(std::uint64_t bytes);
/// The local time of day, and the date when it is not that of `now_ns`.
std::string clock_text(std::uint64_t wall_ns, std::uint64_t now_ns);
/// `0.4 s`, `12 s`.
std::string seconds_text(std::uint64_t ns);
/// JSON text for a person: a string without its quotes, all else as it is.
std::string result_text(std::string_view json);

}  // namespace circuit::gui
