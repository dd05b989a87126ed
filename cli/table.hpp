// Tables for people: as wide as the terminal at most. Programs read --json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace circuit::cli {

/// Which part of a cell is left out, and marked with `…`, when the table is wider than the terminal.
enum class Cut {
  never,
  end,
  middle,  ///< before the last part of a path
  front,
};

struct Column {
  std::string name;
  Cut cut = Cut::never;
};

/// Columns padded to their widest cell; the header is printed when there are rows or the output is a
/// terminal.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell for each column.
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// As text(), on standard output.
  void print() const;
  /// Cut to the width of the terminal; without one to $COLUMNS, and without that not at all.
  std::string text() const;
  /// The lines, at most `width` characters each as far as the columns allow.
  std::string text(std::size_t width) const;

 private:
  std::vector<std::size_t> widths(std::size_t limit) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// `text` in at most `width` characters (not bytes).
std::string shortened(std::string_view text, std::size_t width, Cut cut);

}  // namespace circuit::cli
