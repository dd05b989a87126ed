// Who a process is, and where.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace circuit {

/// The 64-bit id of a worker (or app), written `R` and 16 hex digits. Chosen at random; 0 is nobody.
struct WorkerId {
  std::uint64_t value = 0;

  /// `R6aca01d945c3b861`.
  std::string string() const;
  /// The reverse of string(); nothing but exactly that form is accepted.
  static std::optional<WorkerId> parse(std::string_view text) noexcept;

  explicit operator bool() const noexcept { return value != 0; }
  friend auto operator<=>(const WorkerId&, const WorkerId&) = default;
};

/// Where a process can be reached, and which one it is: an id is never given twice within an incarnation, and
/// a process that answers under another incarnation is another process.
struct Address {
  WorkerId id;
  std::uint64_t incarnation = 0;
  /// The host as its agent was named: `localhost` or an Internet host name.
  std::string host;
  std::int32_t pid = 0;
  /// Which agent instance started it; two processes with the same one are on the same host.
  std::uint64_t agent = 0;
  /// `unix:/path/to/socket`. Empty for a process that accepts no links.
  std::string endpoint;

  /// `R6aca01d945c3b861@localhost:4711`, for people.
  std::string string() const;
  friend bool operator==(const Address&, const Address&) = default;
};

}  // namespace circuit

template <>
struct std::hash<circuit::WorkerId> {
  std::size_t operator()(circuit::WorkerId id) const noexcept { return static_cast<std::size_t>(id.value); }
};
