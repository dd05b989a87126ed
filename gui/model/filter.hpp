// The filter language: free words, `field:value` with `*`, `age>5m`, and `!` for the contrary.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/snapshot.hpp"

namespace circuit::gui {

/// A worker with the texts that the table shows of it.
struct WorkerEntry {
  monitor::WorkerPointer worker;
  /// `greet("world")`, and the anchors that somebody chose.
  std::string call;
  std::string anchors;
  /// All that a free word is looked for in, in lower case, line by line.
  std::string folded;
};

/// A piece of the filter's text: a condition, or the spaces between two.
struct FilterToken {
  std::string text;
  /// How much of the text is `!`, field and operator: the box shows it in another colour.
  std::size_t head = 0;
  /// What is wrong with it, for people; empty: nothing.
  std::string problem;
};

struct Filter {
  using Test = std::function<bool(const WorkerEntry&, std::uint64_t now_wall_ns)>;
  std::vector<Test> tests;
  /// The text cut into pieces, in order.
  std::vector<FilterToken> tokens;
  /// The first problem of a token.
  std::string problem;
  /// Whether time alone changes what it shows.
  bool by_age = false;
};

/// Whether `text` fits `pattern` as a whole, without regard to case; `*` stands for anything.
bool fits_pattern(std::string_view pattern, std::string_view text);

/// All conditions must hold. Quotes hold a value with spaces together.
Filter parse_filter(std::string_view text);
bool matches(const Filter& filter, const WorkerEntry& worker, std::uint64_t now_wall_ns);

/// The filter's text with a condition for the directory `path`, or without it where it has that very one;
/// what else it says stays.
std::string with_anchor(const Filter& filter, std::string_view path);

}  // namespace circuit::gui
