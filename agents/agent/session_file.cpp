#include "agent/session_file.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "base/paths.hpp"

namespace circuit::agent {
namespace {

constexpr std::size_t file_bytes = 4096;

/// Passwords are bytes, so they are written as digits.
std::optional<std::string> from_hex(std::string_view digits) {
  std::string bytes;
  for (; digits.size() >= 2; digits.remove_prefix(2)) {
    unsigned value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, value, 16);
    if (error != std::errc() || end != digits.data() + 2) return std::nullopt;
    bytes.push_back(static_cast<char>(value));
  }
  if (!digits.empty()) return std::nullopt;
  return bytes;
}

}  // namespace

std::optional<anchor::SessionCredentials> read_session(const std::filesystem::path& file) {
  auto text = read_file(file, file_bytes);
  if (text.has_error()) return std::nullopt;
  const std::size_t space = text->find(' ');
  if (space == std::string::npos) return std::nullopt;
  anchor::SessionCredentials session;
  auto [end, error] = std::from_chars(text->data(), text->data() + space, session.id, 16);
  auto password = from_hex(std::string_view(*text).substr(space + 1));
  if (error != std::errc() || end != text->data() + space || !password) return std::nullopt;
  session.password = *std::move(password);
  return session;
}

Result<void> write_session(const std::filesystem::path& file, const anchor::SessionCredentials& session) {
  std::string text = fmt::format("{:x} ", session.id);
  for (char c : session.password) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return write_file(file, text);
}

}  // namespace circuit::agent
