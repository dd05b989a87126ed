#include "model/filter.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <variant>

#include "model/text.hpp"
#include "model/worker_text.hpp"

namespace circuit::gui {
namespace {

/// A condition, or what is wrong with it.
using Parsed = std::variant<Filter::Test, std::string>;
using TextTest = std::function<bool(std::string_view)>;

constexpr std::string_view field_names = "host, state, function, pid, id, anchor, age";

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Whether `text` fits `pattern`, in which `*` stands for anything. Goes back to the last `*` only.
bool fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

TextTest matcher(std::string_view pattern) {
  return [pattern = folded(pattern)](std::string_view text) { return fits(pattern, folded(text)); };
}

/// `/trend` means all that stands under it.
TextTest anchor_matcher(std::string_view pattern) {
  if (pattern.find('*') != std::string_view::npos) return matcher(pattern);
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  return [path = folded(pattern)](std::string_view text) {
    const std::string lower = folded(text);
    return lower.starts_with(path) && (lower.size() == path.size() || lower[path.size()] == '/');
  };
}

Parsed age_test(char sign, std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(value.data() + value.size() - end));
  const double seconds = unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86400 : 0;
  if (error != std::errc{} || seconds == 0 || !(number >= 0) || number > 1e6)
    return "an age is a number and s, m, h or d: age>5m";
  const double limit_ns = number * seconds * 1e9;
  return Filter::Test([sign, limit_ns](const WorkerEntry& entry, std::uint64_t now_ns) {
    const auto age_ns = static_cast<double>(now_ns) - static_cast<double>(entry.worker->started_wall_ns);
    return sign == '>' ? age_ns > limit_ns : age_ns < limit_ns;
  });
}

Parsed field_test(const std::string& field, char sign, std::string_view value) {
  if (field == "age") {
    if (sign == ':') return "compare an age with > or <";
    return age_test(sign, value);
  }
  using Record = spawn::WorkerRecord;
  std::function<std::string(const Record&)> read;
  if (field == "host") read = [](const Record& w) { return w.address.host; };
  if (field == "state") read = [](const Record& w) { return std::string(name_of(w.state)); };
  if (field == "function") read = [](const Record& w) { return w.function; };
  if (field == "pid") read = [](const Record& w) { return std::to_string(w.address.pid); };
  if (field == "id") read = [](const Record& w) { return w.address.id.string(); };
  for (std::string_view other : {"method", "phase", "caller", "callee"})
    if (field == other) return fmt::format("{}: is of calls; press 2 to see those", field);
  if (!read && field != "anchor")
    return fmt::format("there is no field \"{}\"; there are {}", shown(field, 40), field_names);
  if (sign != ':') return fmt::format("{} takes \":\"", field);
  if (value.empty()) return fmt::format("{}: needs a value", field);
  if (field == "anchor")
    return Filter::Test([test = anchor_matcher(value)](const WorkerEntry& entry, std::uint64_t) {
      return std::any_of(entry.worker->anchors.begin(), entry.worker->anchors.end(), test);
    });
  return Filter::Test([read, test = matcher(value)](const WorkerEntry& entry, std::uint64_t) {
    return test(read(*entry.worker));
  });
}

std::string unquoted(std::string_view text) {
  std::string out(text);
  std::erase(out, '"');
  return out;
}

/// Adds the condition that `text` means.
void parse_token(std::string_view text, Filter& filter) {
  FilterToken token{std::string(text), 0, {}};
  std::string_view rest = text;
  bool negative = rest.starts_with('!');
  if (negative) rest.remove_prefix(1);
  std::size_t letters = 0;
  while (letters < rest.size() && std::isalpha(static_cast<unsigned char>(rest[letters])) != 0) ++letters;
  const char sign = letters > 0 && letters < rest.size() ? rest[letters] : '\0';
  Parsed parsed;
  if (sign == ':' || sign == '<' || sign == '>') {
    std::string_view value = rest.substr(letters + 1);
    token.head = text.size() - value.size();
    if (value.starts_with('!')) {
      negative = !negative;
      value.remove_prefix(1);
    }
    const std::string field = folded(rest.substr(0, letters));
    filter.by_age = filter.by_age || field == "age";
    parsed = field_test(field, sign, unquoted(value));
  } else if (const std::string word = folded(unquoted(rest)); word.empty()) {
    token.head = negative ? 1 : 0;
    parsed = std::string("what should not match?");
  } else {
    token.head = negative ? 1 : 0;
    parsed = Filter::Test([word](const WorkerEntry& entry, std::uint64_t) {
      return entry.folded.find(word) != std::string::npos;
    });
  }
  if (std::string* problem = std::get_if<std::string>(&parsed)) {
    token.problem = std::move(*problem);
    if (filter.problem.empty()) filter.problem = token.problem;
  } else {
    Filter::Test test = std::get<Filter::Test>(std::move(parsed));
    if (negative)
      test = [test](const WorkerEntry& entry, std::uint64_t now_ns) { return !test(entry, now_ns); };
    filter.tests.push_back(std::move(test));
  }
  filter.tokens.push_back(std::move(token));
}

}  // namespace

bool fits_pattern(std::string_view pattern, std::string_view text) {
  return fits(folded(pattern), folded(text));
}

Filter parse_filter(std::string_view text) {
  Filter filter;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    if (is_space(text[at])) {
      while (end < text.size() && is_space(text[end])) ++end;
      filter.tokens.push_back({std::string(text.substr(at, end - at)), 0, {}});
    } else {
      bool quoted = false;
      for (; end < text.size() && (quoted || !is_space(text[end])); ++end)
        if (text[end] == '"') quoted = !quoted;
      parse_token(text.substr(at, end - at), filter);
    }
    at = end;
  }
  return filter;
}

bool matches(const Filter& filter, const WorkerEntry& worker, std::uint64_t now_wall_ns) {
  return std::all_of(filter.tests.begin(), filter.tests.end(),
                     [&](const Filter::Test& test) { return test(worker, now_wall_ns); });
}

std::string with_anchor(const Filter& filter, std::string_view path) {
  const bool spaces = std::any_of(path.begin(), path.end(), is_space);
  const std::string wanted = spaces ? fmt::format("anchor:\"{}\"", path) : fmt::format("anchor:{}", path);
  bool already = false;
  std::string rest;
  for (const FilterToken& token : filter.tokens) {
    already = already || token.text == wanted;
    if (is_space(token.text.front()) || folded(token.text).starts_with("anchor:")) continue;
    rest += (rest.empty() ? "" : " ") + token.text;
  }
  if (already) return rest;
  return rest.empty() ? wanted : wanted + " " + rest;
}

}  // namespace circuit::gui
