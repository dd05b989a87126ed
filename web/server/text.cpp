#include "server/text.hpp"

#include <charconv>
#include <cstdint>

namespace circuit::web {
namespace {

/// The length of the UTF-8 sequence at the start of `text`; 0 if there is none (RFC 3629, table of section
/// 4).
std::size_t sequence_length(std::string_view text) noexcept {
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  auto in = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return in(1, 0x80, 0xbf) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    unsigned low = first == 0xe0 ? 0xa0 : 0x80;   // no longer form than needed
    unsigned high = first == 0xed ? 0x9f : 0xbf;  // no surrogates
    return in(1, low, high) && in(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    unsigned low = first == 0xf0 ? 0x90 : 0x80;
    unsigned high = first == 0xf4 ? 0x8f : 0xbf;  // nothing past U+10FFFF
    return in(1, low, high) && in(2, 0x80, 0xbf) && in(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

bool parse_query(std::string_view text, Target& target) {
  while (!text.empty()) {
    std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    std::size_t equals = pair.find('=');
    auto name = percent_decoded(pair.substr(0, equals));
    auto value =
        percent_decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    if (!name || !value || !target.query.emplace(std::move(*name), std::move(*value)).second) return false;
  }
  return true;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    std::size_t length = sequence_length(text);
    if (length == 0) {
      clean += "\xef\xbf\xbd";
      length = 1;
    } else {
      clean += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return clean;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    unsigned value = 0;
    const char* digits = text.data() + i + 1;
    auto [end, error] = std::from_chars(digits, digits + 2, value, 16);
    if (error != std::errc{} || end != digits + 2 || value == 0) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

std::optional<Target> parse_target(std::string_view target) {
  if (!target.starts_with('/')) return std::nullopt;
  std::size_t mark = target.find('?');
  auto path = percent_decoded(target.substr(0, mark));
  if (!path) return std::nullopt;
  Target parsed{std::move(*path), {}};
  if (mark != std::string_view::npos && !parse_query(target.substr(mark + 1), parsed)) return std::nullopt;
  return parsed;
}

}  // namespace circuit::web
