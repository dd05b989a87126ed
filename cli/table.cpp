#include "table.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <sys/ioctl.h>
#include <unistd.h>

namespace circuit::cli {
namespace {

constexpr std::size_t gap = 2;
/// No column is cut below this: a worker's id in its directory still has room.
constexpr std::size_t least_width = 22;
constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// Characters, not bytes, of UTF-8 text.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Where the character with this number begins.
std::size_t offset_of(std::string_view text, std::size_t character) {
  std::size_t offset = 0;
  for (; offset < text.size(); ++offset) {
    if ((static_cast<unsigned char>(text[offset]) & 0xc0) == 0x80) continue;
    if (character-- == 0) break;
  }
  return offset;
}

std::size_t screen_width() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  const char* given = std::getenv("COLUMNS");
  std::string_view text = given != nullptr ? given : "";
  std::size_t columns = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  return error == std::errc() && end == text.data() + text.size() && columns > 0 ? columns : unlimited;
}

}  // namespace

std::string shortened(std::string_view text, std::size_t width, Cut cut) {
  std::size_t whole = width_of(text);
  if (whole <= width || cut == Cut::never || width == 0) return std::string(text);
  auto head = [&](std::size_t size) { return std::string(text.substr(0, offset_of(text, size))); };
  auto tail = [&](std::size_t size) { return std::string(text.substr(offset_of(text, whole - size))); };
  std::size_t slash = text.rfind('/');
  std::size_t last = slash == std::string_view::npos ? whole : width_of(text.substr(slash));
  if (cut == Cut::end) return head(width - 1) + "…";
  if (cut == Cut::middle && last < width) return head(width - 1 - last) + "…" + tail(last);
  return "…" + tail(width - 1);
}

std::vector<std::size_t> Table::widths(std::size_t limit) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(width_of(column.name));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  std::size_t total = gap * (columns_.size() - 1);
  for (std::size_t width : widths) total += width;
  // What stands further to the right tells less, and gives way first.
  for (std::size_t i = columns_.size(); i-- > 0 && total > limit;) {
    if (columns_[i].cut == Cut::never || widths[i] <= least_width) continue;
    std::size_t less = std::min(total - limit, widths[i] - least_width);
    widths[i] -= less;
    total -= less;
  }
  return widths;
}

std::string Table::text(std::size_t limit) const {
  std::vector<std::size_t> widths = this->widths(limit);
  std::string text;
  auto add_line = [&](auto&& cell_of) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::string cell = cell_of(i);
      text += cell;
      if (i + 1 < columns_.size()) text.append(widths[i] - width_of(cell) + gap, ' ');
    }
    text += '\n';
  };
  add_line([&](std::size_t i) { return columns_[i].name; });
  for (const auto& row : rows_)
    add_line([&](std::size_t i) { return shortened(row[i], widths[i], columns_[i].cut); });
  return text;
}

std::string Table::text() const {
  if (rows_.empty() && ::isatty(STDOUT_FILENO) == 0) return {};
  return text(screen_width());
}

void Table::print() const { fmt::print("{}", text()); }

}  // namespace circuit::cli
