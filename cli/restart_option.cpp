#include "restart_option.hpp"

#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <optional>

#include "base/limits.hpp"
#include "output.hpp"

namespace circuit::cli {
namespace {

Failure wrong(std::string_view text, std::string_view expected) {
  return failure(ErrorKind::invalid, fmt::format("--restart: '{}' is not {}", plain(text), expected));
}

/// The number at the beginning, which is taken off.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<std::chrono::milliseconds> duration_of(std::string_view text) {
  const auto number = take_number(text);
  if (!number || *number == 0) return std::nullopt;
  if (text == "ms") return std::chrono::milliseconds(*number);
  if (text == "s") return std::chrono::seconds(*number);
  if (text == "m") return std::chrono::minutes(*number);
  if (text == "h") return std::chrono::hours(*number);
  return std::nullopt;
}

}  // namespace

Result<Restart> parse_restart(std::string_view text) {
  Restart restart;
  restart.on = RestartOn::failure;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::string_view key = part.substr(0, part.find('='));
    std::string_view value = part.substr(std::min(part.size(), key.size() + 1));
    if (key == "on") {
      if (value != "failure" && value != "always") return wrong(part, "on=failure or on=always");
      restart.on = value == "always" ? RestartOn::always : RestartOn::failure;
    } else if (key == "at-most") {
      const auto number = take_number(value);
      if (!number || !value.empty() || *number > limits::restarts_at_most)
        return wrong(part, fmt::format("at-most= and a number up to {}", limits::restarts_at_most));
      restart.at_most = *number;
    } else if (key == "within") {
      const auto within = duration_of(value);
      if (!within) return wrong(part, "within= and a time such as 60s, 500ms, 5m or 1h");
      restart.within = *within;
    } else {
      return wrong(part, "on=, at-most= or within=");
    }
  }
  return restart;
}

}  // namespace circuit::cli
