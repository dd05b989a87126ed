// The log: one line per event on standard error, level by the environment
// (CIRCUIT_LOG=debug|info|warn|error|off).
#pragma once

#include <fmt/format.h>
#include <string_view>

namespace circuit::log {

enum class Level { debug, info, warn, error, off };

/// Starts the log under the name of the program's part (`agent`, `keeper`, `worker`...). Call once, in main.
/// Without it, and in the library inside an app, only warnings and errors are written.
void start(std::string_view part, Level level = Level::info);
bool enabled(Level level) noexcept;
void write(Level level, std::string_view text);

/// Log text may hold names that came over the wire; write() strips control characters.
template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::warn)) write(Level::warn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::error)) write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace circuit::log
