#include "output.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace circuit::cli {
namespace {

/// Characters, not bytes, of UTF-8 text.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

int fail(const Failure& failure) {
  std::fflush(stdout);
  fmt::print(stderr, "circuit: {}\n", plain(failure.text));
  return 1;
}

std::string plain(std::string_view text) {
  std::string clean(text);
  std::replace_if(clean.begin(), clean.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f; }, ' ');
  return clean;
}

void Table::print() const {
  std::vector<std::size_t> widths;
  for (const std::string& cell : header_) widths.push_back(width_of(cell));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  auto line = [&](const std::vector<std::string>& row) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    fmt::print("{}\n", text);
  };
  line(header_);
  for (const auto& row : rows_) line(row);
}

std::string age_text(std::chrono::nanoseconds age) {
  using namespace std::chrono;
  auto seconds = duration<double>(age).count();
  if (seconds < 0) seconds = 0;
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} m", seconds / 60);
  if (seconds < 172800) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} d", seconds / 86400);
}

}  // namespace circuit::cli
