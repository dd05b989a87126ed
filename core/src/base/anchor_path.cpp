#include "base/anchor_path.hpp"

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <cctype>
#include <fmt/format.h>
#include <iterator>
#include <optional>

#include "base/limits.hpp"

namespace circuit::anchor {
namespace {

namespace utf = boost::locale::utf;
using Utf8 = utf::utf_traits<char>;

bool malformed(utf::code_point c) noexcept { return c == utf::illegal || c == utf::incomplete; }

/// Control characters, and those that reorder or break a line of text on the reader's screen.
bool is_control(utf::code_point c) noexcept {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/// ZooKeeper takes no private-use characters, no specials and nothing beyond 16 bits. A path that is good on
/// one machine must be good on many, so the rule holds everywhere.
bool is_refused_by_zookeeper(utf::code_point c) noexcept {
  return (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xfff0 && c <= 0xffff) || c > 0xffff;
}

/// Upper case counts too: two names that differ in nothing but that would be confused.
bool looks_like_worker_id(std::string_view part) noexcept {
  return part.size() == 17 && part[0] == 'R' &&
         std::all_of(part.begin() + 1, part.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::optional<std::string> fault_of_part(std::string_view part) {
  if (part.size() > limits::anchor_part_bytes)
    return fmt::format("has a part of {} bytes; at most {} are allowed", part.size(),
                       limits::anchor_part_bytes);
  if (looks_like_worker_id(part))
    return fmt::format("has the part {}, which looks like a worker's id; only a worker's file is named so",
                       in_quotes(part));
  return std::nullopt;
}

Failure bad_path(std::string_view text, std::string_view fault) {
  return failure(ErrorKind::invalid, fmt::format("the anchor {} {}", in_quotes(text), fault));
}

/// The parts that are left once `.`, `..` and empty ones are taken out.
std::vector<std::string_view> cleaned(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view part = text.substr(0, slash);
    text.remove_prefix(std::min(slash + 1, text.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty())
      parts.pop_back();
  }
  return parts;
}

}  // namespace

Result<Path> Path::parse(std::string_view text) {
  if (text.empty() || text.front() != '/') return bad_path(text, "does not start with '/'");
  if (text.size() > limits::anchor_text_bytes)
    return bad_path(text, fmt::format("is longer than {} bytes", limits::anchor_text_bytes));
  if (auto fault = fault_of_characters(text)) return bad_path(text, *fault);
  std::vector<std::string_view> parts = cleaned(text);
  if (parts.size() > limits::anchor_parts)
    return bad_path(text,
                    fmt::format("has {} parts; at most {} are allowed", parts.size(), limits::anchor_parts));
  std::string canonical;
  for (std::string_view part : parts) {
    if (auto fault = fault_of_part(part)) return bad_path(text, *fault);
    canonical.append("/").append(part);
  }
  if (canonical.empty()) canonical = "/";
  return Path(std::move(canonical));
}

std::vector<std::string_view> Path::parts() const { return cleaned(text_); }

std::string_view Path::name() const noexcept { return std::string_view(text_).substr(text_.rfind('/') + 1); }

Path Path::parent() const {
  std::size_t slash = text_.rfind('/');
  return slash == 0 ? Path() : Path(text_.substr(0, slash));
}

Result<Path> Path::child(std::string_view name) const {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos)
    return failure(ErrorKind::invalid, fmt::format("{} is not the name of a directory", in_quotes(name)));
  return parse((is_root() ? "/" : text_ + "/").append(name));
}

bool Path::contains(const Path& other) const noexcept {
  if (is_root() || text_ == other.text_) return true;
  return other.text_.size() > text_.size() && other.text_.starts_with(text_) &&
         other.text_[text_.size()] == '/';
}

Result<FilePath> FilePath::parse(std::string_view text) {
  std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return bad_path(text, "does not start with '/'");
  auto id = WorkerId::parse(text.substr(slash + 1));
  if (!id)
    return failure(
        ErrorKind::invalid,
        fmt::format("{} is not a worker's file: its last part must be R and 16 hex digits", in_quotes(text)));
  auto directory = Path::parse(text.substr(0, slash + 1));
  if (!directory) return directory.error();
  return FilePath{*std::move(directory), *id};
}

std::string FilePath::string() const {
  return (directory.is_root() ? "/" : directory.string() + "/") + id.string();
}

std::optional<std::string> fault_of_characters(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  while (at != end) {
    auto offset = at - text.data();
    utf::code_point c = Utf8::decode(at, end);
    if (malformed(c)) return fmt::format("is not UTF-8 at byte {}", offset);
    if (is_control(c)) return fmt::format("holds the control character U+{:04X}", c);
    if (is_refused_by_zookeeper(c))
      return fmt::format("holds U+{:04X}, which ZooKeeper does not allow in a name", c);
  }
  return std::nullopt;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  const char* at = text.data();
  const char* end = at + text.size();
  while (at != end && out.size() < limits::quoted_text_bytes) {
    const char* start = at;
    utf::code_point c = Utf8::decode(at, end);
    if (malformed(c) || is_control(c))
      for (; start != at; ++start) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(*start));
    else
      out.append(start, at);
  }
  out += at == end ? "\"" : "...\"";
  return out;
}

}  // namespace circuit::anchor
