// Words and how often they occur.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

using Counts = std::unordered_map<std::string, std::uint64_t>;

struct WordCount {
  std::string word;
  std::uint64_t count = 0;
};

/// Adds the words of `text` to `counts`: runs of A-Z and a-z, in lower case. A word that `text` ends in the
/// middle of is left in `rest`, which is put before the next text.
void count_words(std::string_view text, std::string& rest, Counts& counts);

/// The most frequent words first; words of equal count in alphabetical order. At most `limit` of them.
std::vector<WordCount> top_words(std::vector<WordCount> words, std::size_t limit);
