#include "base/process_stat.hpp"

#include <charconv>
#include <fmt/format.h>
#include <string_view>

#include "base/paths.hpp"

namespace circuit {

std::optional<std::uint64_t> process_stat(pid_t pid, int number) {
  auto stat = read_file(fmt::format("/proc/{}/stat", pid), 4096);
  if (!stat) return std::nullopt;
  // The name, field 2, is in parentheses and may hold anything, also parentheses and blanks.
  std::string_view rest = *stat;
  const std::size_t name_end = rest.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(name_end + 2);
  for (int skipped = 3; skipped < number; ++skipped) {
    const std::size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(blank + 1);
  }
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace circuit
