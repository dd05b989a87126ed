#include "words.hpp"

#include <algorithm>

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

void count_words(std::string_view text, std::string& rest, Counts& counts) {
  for (char c : text) {
    if (is_letter(c)) {
      rest += static_cast<char>(c | 0x20);
    } else if (!rest.empty()) {
      ++counts[rest];
      rest.clear();
    }
  }
}

std::vector<WordCount> top_words(std::vector<WordCount> words, std::size_t limit) {
  auto before = [](const WordCount& a, const WordCount& b) {
    return a.count != b.count ? a.count > b.count : a.word < b.word;
  };
  std::size_t kept = std::min(limit, words.size());
  std::partial_sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(kept), words.end(), before);
  words.resize(kept);
  return words;
}
