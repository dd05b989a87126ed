// The path of an anchor, checked and in its one canonical spelling.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <circuit/identity.hpp>

#include "base/result.hpp"

namespace circuit::anchor {

/// A directory of the anchor tree, such as `/tutorial/mapper`; `/` is the root.
/// Thread safety: as any value.
class Path {
 public:
  /// The root.
  Path() = default;

  /// Cleans `text` (`.`, `..`, doubled and trailing slashes) and checks it. `invalid` names the path and the
  /// rule that it breaks: it starts with a slash, is UTF-8 without control characters and within the limits,
  /// holds no character that ZooKeeper refuses, and no part of it looks like a worker's id.
  static Result<Path> parse(std::string_view text);

  /// The canonical text.
  const std::string& string() const noexcept { return text_; }
  bool is_root() const noexcept { return text_.size() == 1; }
  /// The parts from the root down; none for the root. They refer into this path.
  std::vector<std::string_view> parts() const;
  /// The last part; empty for the root.
  std::string_view name() const noexcept;
  /// The directory above; the root's is the root.
  Path parent() const;
  /// The directory `name` in this one. `invalid` if it is not exactly one good part, or too deep.
  Result<Path> child(std::string_view name) const;
  /// Whether `other` is this directory or lies below it.
  bool contains(const Path& other) const noexcept;

  /// By text, byte by byte.
  friend auto operator<=>(const Path&, const Path&) = default;

 private:
  explicit Path(std::string canonical) : text_(std::move(canonical)) {}

  std::string text_ = "/";
};

/// A worker's file in one directory, such as `/tutorial/mapper/R6aca01d945c3b861`.
struct FilePath {
  Path directory;
  WorkerId id;

  /// The reverse of string(), with the directory cleaned as Path::parse() does. `invalid` if the last part is
  /// not a worker's id.
  static Result<FilePath> parse(std::string_view text);
  std::string string() const;
  friend bool operator==(const FilePath&, const FilePath&) = default;
};

/// What is wrong with the characters of `text`, as the end of a sentence: not UTF-8, a control character, or
/// one that ZooKeeper does not allow in a name.
std::optional<std::string> fault_of_characters(std::string_view text);

/// `text` in quotation marks for an error or the log: shortened, and with everything escaped that is not
/// printable.
std::string in_quotes(std::string_view text);

}  // namespace circuit::anchor
