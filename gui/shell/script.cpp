#include "shell/script.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>
#include <string_view>

#include "model/text.hpp"

namespace circuit::gui {
namespace {

using Kind = InputEvent::Kind;

/// The words of a line; quotes hold a word together. nullopt: a quote has no end.
std::optional<std::vector<std::string>> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, any = false;
  for (char c : line) {
    if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && c == '#' && !any) {
      break;
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
      if (any) words.push_back(std::move(word));
      word.clear();
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  if (quoted) return std::nullopt;
  if (any) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> rest_of(const std::vector<std::string>& words, std::size_t from) {
  return {words.begin() + static_cast<std::ptrdiff_t>(std::min(from, words.size())), words.end()};
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::optional<double> seconds_in(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !(value >= 0 && value <= 3600)) return std::nullopt;
  return value;
}

std::optional<Drawn::Kind> kind_named(std::string_view name) {
  if (name == "row") return Drawn::Kind::row;
  if (name == "call") return Drawn::Kind::call;
  if (name == "text") return Drawn::Kind::text;
  return std::nullopt;
}

/// GLFW's number of the key, or 0.
int key_named(const std::string& name) {
  static const std::map<std::string, int> all = {
      {"Enter", GLFW_KEY_ENTER},    {"Escape", GLFW_KEY_ESCAPE},
      {"Tab", GLFW_KEY_TAB},        {"Delete", GLFW_KEY_DELETE},
      {"Space", GLFW_KEY_SPACE},    {"Down", GLFW_KEY_DOWN},
      {"Up", GLFW_KEY_UP},          {"Left", GLFW_KEY_LEFT},
      {"Right", GLFW_KEY_RIGHT},    {"PageDown", GLFW_KEY_PAGE_DOWN},
      {"PageUp", GLFW_KEY_PAGE_UP}, {"Home", GLFW_KEY_HOME},
      {"End", GLFW_KEY_END},        {"Backspace", GLFW_KEY_BACKSPACE}};
  auto found = all.find(name);
  return found == all.end() ? 0 : found->second;
}

void press(InputQueue& input, int key, int modifiers) {
  input.push({Kind::key, 0, 0, key, modifiers, true, 0});
  input.push({Kind::key, 0, 0, key, modifiers, false, 0});
}

void type(InputQueue& input, std::string_view text) {
  for (char c : text) input.push({Kind::character, 0, 0, 0, 0, true, static_cast<unsigned char>(c)});
}

/// False: there is no such key.
bool press_named(InputQueue& input, const std::string& name) {
  const bool control = name.starts_with("Ctrl+");
  const std::string key = control ? name.substr(5) : name;
  if (const int code = key_named(key); code != 0) {
    press(input, code, control ? GLFW_MOD_CONTROL : 0);
    if (key == "Space" && !control) type(input, " ");
    return true;
  }
  if (key.size() != 1) return false;
  if (!control) {
    type(input, key);
    return true;
  }
  const char upper = key[0] >= 'a' && key[0] <= 'z' ? static_cast<char>(key[0] - 'a' + 'A') : key[0];
  input.push({Kind::key, 0, 0, GLFW_KEY_LEFT_CONTROL, 0, true, 0});
  press(input, upper, GLFW_MOD_CONTROL);
  input.push({Kind::key, 0, 0, GLFW_KEY_LEFT_CONTROL, GLFW_MOD_CONTROL, false, 0});
  return true;
}

const Drawn::Item* clickable(const Drawn& drawn, const std::vector<std::string>& words) {
  if (words.size() > 2)
    if (auto kind = kind_named(words[1])) return drawn.find_words(*kind, rest_of(words, 2));
  const std::string label = joined(rest_of(words, 1));
  const Drawn::Item* found = drawn.find(Drawn::Kind::widget, label);
  return found != nullptr ? found : drawn.find(Drawn::Kind::field, label);
}

/// Nothing but the lines of the tree begins with a slash.
std::string tree_of(const Drawn& drawn) {
  std::string paths;
  for (const Drawn::Item& item : drawn.items())
    if (item.kind == Drawn::Kind::widget && item.label.starts_with('/')) paths += item.label + "\n";
  return paths;
}

constexpr std::string_view usage =
    "a line is one of: click, fill, type, key, wait, print, pause, timeout, screenshot, quit";

}  // namespace

Failure Script::failed(const Line& line, const std::string& why) const {
  return failure(ErrorKind::failed,
                 fmt::format("script, line {} (`{}`): {}", line.number, shown(line.text, 200), why));
}

Result<void> Script::check(const Line& line) {
  const std::vector<std::string>& words = line.words;
  auto wrong = [&](std::string_view why) -> Result<void> {
    return failure(ErrorKind::invalid,
                   fmt::format("script, line {} (`{}`): {}", line.number, shown(line.text, 200), why));
  };
  const std::string& verb = words[0];
  if (verb == "click" || verb == "type") return words.size() > 1 ? Result<void>() : wrong("what?");
  if (verb == "fill") return words.size() > 2 ? Result<void>() : wrong("fill LABEL TEXT");
  if (verb == "key") {
    InputQueue nowhere;
    return words.size() == 2 && press_named(nowhere, words[1]) ? Result<void>()
                                                               : wrong("there is no such key");
  }
  if (verb == "wait") {
    const bool known = words.size() > 2 && (kind_named(words[1]) || words[1] == "gone" ||
                                            words[1] == "gone-call" || words[1] == "widget");
    return known ? Result<void>() : wrong("wait row, call, text, widget, gone or gone-call, and words");
  }
  if (verb == "print" && words.size() == 2 && words[1] == "tree") return {};
  if (verb == "print")
    return words.size() > 2 && kind_named(words[1]) ? Result<void>() : wrong("print row WORD...");
  if (verb == "pause" || verb == "timeout")
    return words.size() == 2 && seconds_in(words[1]) ? Result<void>() : wrong("seconds, from 0 to 3600");
  if (verb == "screenshot")
    return words.size() == 2 || words.size() == 3 ? Result<void>() : wrong("screenshot FILE");
  if (verb == "quit") return {};
  return wrong(usage);
}

Result<Script> Script::parse(const std::string& text) {
  std::vector<Line> lines;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    Line line{++number, text.substr(at, end - at), {}};
    at = end + 1;
    auto words = words_of(line.text);
    if (!words)
      return failure(ErrorKind::invalid, fmt::format("script, line {}: a quote has no end", number));
    if (words->empty()) continue;
    line.words = std::move(*words);
    if (auto checked = check(line); checked.has_error()) return checked.error();
    lines.push_back(std::move(line));
  }
  return Script(std::move(lines));
}

bool Script::click(const Drawn::Item* item, InputQueue& input) {
  if (item == nullptr || !item->enabled) return false;
  const ImVec2 centre((item->min.x + item->max.x) / 2, (item->min.y + item->max.y) / 2);
  const bool still = centre.x == target_.x && centre.y == target_.y;
  target_ = centre;
  if (!still) return false;
  input.push({Kind::move, centre.x, centre.y, 0, 0, false, 0});
  input.push({Kind::button, 0, 0, 0, 0, true, 0});
  input.push({Kind::button, 0, 0, 0, 0, false, 0});
  return true;
}

Script::Done Script::run(const Line& line, const Drawn& drawn, InputQueue& input, std::uint64_t now_ns,
                         Wish& wish) {
  const std::vector<std::string>& words = line.words;
  const std::string& verb = words[0];
  if (verb == "click") return click(clickable(drawn, words), input);
  if (verb == "fill") {
    if (!clicked_) {
      clicked_ = click(drawn.find(Drawn::Kind::field, words[1]), input);
      return false;
    }
    press_named(input, "Ctrl+A");
    type(input, joined(rest_of(words, 2)));
    return true;
  }
  if (verb == "type") type(input, joined(rest_of(words, 1)));
  if (verb == "key") press_named(input, words[1]);
  if (verb == "wait") {
    const std::vector<std::string> sought = rest_of(words, 2);
    if (words[1] == "gone") return drawn.find_words(Drawn::Kind::row, sought) == nullptr;
    if (words[1] == "gone-call") return drawn.find_words(Drawn::Kind::call, sought) == nullptr;
    if (words[1] == "widget") {
      const Drawn::Item* item = drawn.find(Drawn::Kind::widget, joined(sought));
      return item != nullptr && item->enabled;
    }
    return drawn.find_words(*kind_named(words[1]), sought) != nullptr;
  }
  if (verb == "print" && words[1] == "tree") {
    wish.print = tree_of(drawn);
  } else if (verb == "print") {
    const Drawn::Item* item = drawn.find_words(*kind_named(words[1]), rest_of(words, 2));
    if (item == nullptr) return false;
    wish.print = item->label + "\n";
  }
  if (verb == "pause") return static_cast<double>(now_ns - line_began_ns_) >= *seconds_in(words[1]) * 1e9;
  if (verb == "timeout") timeout_ns_ = static_cast<std::uint64_t>(*seconds_in(words[1]) * 1e9);
  if (verb == "screenshot") wish.screenshot = {words[1], words.size() > 2 ? words[2] : ""};
  if (verb == "quit") wish.quit = true;
  return true;
}

Result<Script::Wish> Script::step(const Drawn& drawn, InputQueue& input, std::uint64_t now_ns) {
  Wish wish;
  if (line_began_ns_ == 0) line_began_ns_ = now_ns;
  // What the line before did must have been drawn.
  if (!input.empty()) {
    rest_ = 2;
    return wish;
  }
  if (rest_ > 0) {
    --rest_;
    return wish;
  }
  if (at_ >= lines_.size()) {
    wish.quit = true;
    return wish;
  }
  const Line& line = lines_[at_];
  auto done = run(line, drawn, input, now_ns, wish);
  if (done.has_error()) return done.error();
  const bool pausing = line.words[0] == "pause";
  if (!*done && !pausing && now_ns - line_began_ns_ > timeout_ns_)
    return failed(line, fmt::format("not within {}", seconds_text(timeout_ns_)));
  if (*done) {
    ++at_;
    line_began_ns_ = now_ns;
    rest_ = 2;
    target_ = {-1, -1};
    clicked_ = false;
  }
  return wish;
}

}  // namespace circuit::gui
