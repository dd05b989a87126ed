#include <charconv>
#include <fmt/format.h>

#include <circuit/identity.hpp>

namespace circuit {

std::string WorkerId::string() const { return fmt::format("R{:016x}", value); }

std::optional<WorkerId> WorkerId::parse(std::string_view text) noexcept {
  constexpr std::size_t digits = 16;
  if (text.size() != digits + 1 || text[0] != 'R') return std::nullopt;
  for (char c : text.substr(1))
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
  WorkerId id;
  std::from_chars(text.data() + 1, text.data() + text.size(), id.value, 16);
  return id;
}

std::string Address::string() const { return fmt::format("{}@{}:{}", id.string(), host, pid); }

}  // namespace circuit
