// Who may ask for what: Host, Origin, token and role.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/net.hpp"

namespace circuit::web {

enum class Role : std::uint8_t { none, view, operate };
std::string_view name_of(Role role) noexcept;

/// Thread safety: any thread.
class Authorization {
 public:
  Authorization(std::string operate_token, std::string view_token, std::uint16_t port);

  /// Whether the request is meant for this endpoint: exactly one Host, and exactly one of its own names. A
  /// foreign name is what a rebound DNS name looks like.
  bool meant_for_us(const http::fields& header) const;

  enum class Origin {
    absent,   ///< not a browser, or a browser's plain GET
    own,      ///< this page
    foreign,  ///< another page, or something that cannot be told from one
  };
  /// Judged against the Host of the same request, which has passed meant_for_us().
  static Origin origin_of(const http::fields& header);

  /// The token of `Authorization: Bearer TOKEN`; empty if there is none.
  static std::string_view bearer(const http::fields& header);
  /// What the bearer of the token may do. The time it takes does not depend on how much of a token is right.
  Role role_of(std::string_view token) const noexcept;

  /// Counts a wrong token; true if there have been so many in this second that the answer is to be held back.
  /// A right token is never held back, so nobody locks the operator out by guessing.
  bool held_back(std::chrono::steady_clock::time_point now);

 private:
  std::string operate_token_;
  std::string view_token_;
  std::string port_suffix_;

  std::mutex mutex_;
  // Protected by mutex_.
  std::chrono::steady_clock::time_point second_began_{};
  std::size_t wrong_this_second_ = 0;
};

}  // namespace circuit::web
