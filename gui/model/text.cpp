#include "model/text.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <ctime>
#include <fmt/format.h>

#include "base/utf8.hpp"

namespace circuit::gui {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";

struct Decoded {
  char32_t point = 0;
  /// 0: these bytes are no character.
  std::size_t bytes = 0;
};

/// The character at the start of `text`, which is not empty.
Decoded decode(std::string_view text) {
  const std::size_t length = utf8_length(text);
  if (length < 2) return {static_cast<unsigned char>(text[0]), length};
  char32_t point = static_cast<unsigned char>(text[0]) & (0xFFU >> (length + 1));
  for (char c : text.substr(1, length - 1)) point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  return {point, length};
}

/// Whether a character may stand in a line: it has a shape, and does not change how others are read.
bool is_harmless(char32_t point) {
  if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return false;
  if (point >= 0x200B && point <= 0x200F) return false;
  if (point >= 0x2028 && point <= 0x202E) return false;
  if (point >= 0x2060 && point <= 0x206F) return false;
  return point != 0xFEFF && (point & 0xFFFEU) != 0xFFFE;
}

std::string made_harmless(std::string_view text, std::size_t most_bytes, bool lines) {
  std::string out;
  out.reserve(std::min(text.size(), most_bytes) + ellipsis.size());
  while (!text.empty()) {
    const Decoded next = decode(text);
    std::string_view piece = text.substr(0, std::max<std::size_t>(next.bytes, 1));
    text.remove_prefix(piece.size());
    if (next.bytes == 0 || !is_harmless(next.point)) {
      const bool white = lines && (next.point == '\n' || next.point == '\t');
      if (lines && next.point == '\r' && text.starts_with('\n')) continue;
      piece = !white ? replacement : next.point == '\n' ? "\n" : "    ";
    }
    if (out.size() + piece.size() > most_bytes) return out.append(ellipsis);
    out.append(piece);
  }
  return out;
}

std::uint64_t span(std::uint64_t from_ns, std::uint64_t to_ns) {
  return to_ns > from_ns ? to_ns - from_ns : 0;
}

}  // namespace

std::string shown(std::string_view text, std::size_t most_bytes) {
  return made_harmless(text, most_bytes, false);
}

std::string shown_lines(std::string_view text, std::size_t most_bytes) {
  return made_harmless(text, most_bytes, true);
}

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string age_text(std::uint64_t from_ns, std::uint64_t to_ns) {
  const std::uint64_t seconds = span(from_ns, to_ns) / second_ns;
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} m", seconds / 60);
  const std::uint64_t hours = seconds / 3600;
  return hours < 48 ? fmt::format("{} h", hours) : fmt::format("{} d", hours / 24);
}

std::string call_age_text(std::uint64_t from_ns, std::uint64_t to_ns) {
  const std::uint64_t ns = span(from_ns, to_ns);
  const double ms = static_cast<double>(ns) / 1e6;
  if (ms < 10) return fmt::format("{:.1f} ms", ms);
  if (ms < 1000) return fmt::format("{:.0f} ms", ms);
  if (ms < 60'000) return fmt::format("{:.1f} s", ms / 1000);
  return age_text(from_ns, to_ns);
}

std::string duration_text(std::uint64_t from_ns, std::uint64_t to_ns) {
  const std::uint64_t seconds = span(from_ns, to_ns) / second_ns;
  const std::array<std::pair<std::uint64_t, char>, 4> parts = {
      {{seconds / 86400, 'd'}, {seconds / 3600 % 24, 'h'}, {seconds / 60 % 60, 'm'}, {seconds % 60, 's'}}};
  auto first = std::find_if(parts.begin(), parts.end(), [](const auto& part) { return part.first > 0; });
  if (first == parts.end()) return "0 s";
  std::string text = fmt::format("{} {}", first->first, first->second);
  if (++first != parts.end()) text += fmt::format(" {} {}", first->first, first->second);
  return text;
}

std::string count_text(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += "\xE2\x80\xAF";
    text += digits[i];
  }
  return text;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count_text(count), noun, count == 1 ? "" : "s");
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (bytes < 1024 * 1024) return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024 * 1024));
}

std::string clock_text(std::uint64_t wall_ns, std::uint64_t now_ns) {
  auto local = [](std::uint64_t ns) {
    const auto seconds = static_cast<std::time_t>(ns / second_ns);
    std::tm time{};
    ::localtime_r(&seconds, &time);
    return time;
  };
  const std::tm then = local(wall_ns), now = local(now_ns);
  std::string time = fmt::format("{:02}:{:02}:{:02}", then.tm_hour, then.tm_min, then.tm_sec);
  if (then.tm_year == now.tm_year && then.tm_yday == now.tm_yday) return time;
  return fmt::format("{}-{:02}-{:02} {}", then.tm_year + 1900, then.tm_mon + 1, then.tm_mday, time);
}

std::string seconds_text(std::uint64_t ns) {
  const double seconds = static_cast<double>(ns) / 1e9;
  return seconds < 10 ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} s", seconds);
}

std::string result_text(std::string_view json) {
  if (!json.starts_with('"')) return std::string(json);
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(json, error);
  return !error && value.is_string() ? std::string(value.get_string()) : std::string(json);
}

}  // namespace circuit::gui
