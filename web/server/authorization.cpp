#include "server/authorization.hpp"

#include <algorithm>
#include <array>
#include <openssl/crypto.h>

#include "base/limits.hpp"

namespace circuit::web {
namespace {

bool same(std::string_view presented, const std::string& token) noexcept {
  return !token.empty() && presented.size() == token.size() &&
         CRYPTO_memcmp(presented.data(), token.data(), token.size()) == 0;
}

/// The value of a field that may stand in a request once at most; nothing if it is missing or stands there
/// twice.
std::optional<std::string_view> only(const http::fields& header, http::field name) {
  auto [first, last] = header.equal_range(name);
  if (first == last || std::next(first) != last) return std::nullopt;
  return std::string_view(first->value().data(), first->value().size());
}

}  // namespace

std::string_view name_of(Role role) noexcept {
  switch (role) {
    case Role::view:
      return "view";
    case Role::operate:
      return "operate";
    case Role::none:
      break;
  }
  return "none";
}

Authorization::Authorization(std::string operate_token, std::string view_token, std::uint16_t port)
    : operate_token_(std::move(operate_token)),
      view_token_(std::move(view_token)),
      port_suffix_(":" + std::to_string(port)) {}

bool Authorization::meant_for_us(const http::fields& header) const {
  auto host = only(header, http::field::host);
  if (!host) return false;
  constexpr std::array<std::string_view, 3> names{"127.0.0.1", "localhost", "[::1]"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return host->size() == name.size() + port_suffix_.size() && host->starts_with(name) &&
           host->ends_with(port_suffix_);
  });
}

Authorization::Origin Authorization::origin_of(const http::fields& header) {
  if (header.find(http::field::origin) == header.end()) return Origin::absent;
  auto origin = only(header, http::field::origin);
  auto host = only(header, http::field::host);
  return origin && host && *origin == "http://" + std::string(*host) ? Origin::own : Origin::foreign;
}

std::string_view Authorization::bearer(const http::fields& header) {
  auto value = only(header, http::field::authorization);
  constexpr std::string_view scheme = "Bearer ";
  if (!value || value->size() <= scheme.size() || !beast::iequals(value->substr(0, scheme.size()), scheme))
    return {};
  return value->substr(scheme.size());
}

Role Authorization::role_of(std::string_view token) const noexcept {
  bool operates = same(token, operate_token_);
  bool views = same(token, view_token_);
  return operates ? Role::operate : views ? Role::view : Role::none;
}

bool Authorization::held_back(std::chrono::steady_clock::time_point now) {
  std::lock_guard lock(mutex_);
  if (now - second_began_ >= std::chrono::seconds(1)) {
    second_began_ = now;
    wrong_this_second_ = 0;
  }
  return ++wrong_this_second_ > limits::web_wrong_tokens_per_second;
}

}  // namespace circuit::web
