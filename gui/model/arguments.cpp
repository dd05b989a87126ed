#include "model/arguments.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "model/text.hpp"

namespace circuit::gui {
namespace {

constexpr std::string_view white = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

bool is_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse(text, error);
  return !error;
}

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::string(text)); }

template <class Integer>
Checked check_integer_as(std::string_view text) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range)
    return {{},
            fmt::format("from {} to {}", std::numeric_limits<Integer>::min(),
                        std::numeric_limits<Integer>::max())};
  if (error != std::errc{} || stop != end) return {{}, "a whole number"};
  return {std::to_string(value), {}};
}

Checked check_integer(std::string_view type, std::string_view text) {
  if (type == "i8") return check_integer_as<std::int8_t>(text);
  if (type == "i16") return check_integer_as<std::int16_t>(text);
  if (type == "i32") return check_integer_as<std::int32_t>(text);
  if (type == "i64") return check_integer_as<std::int64_t>(text);
  // from_chars takes no sign for these, and -1 is a whole number that is out of range.
  const bool negative = text.starts_with('-') && text.size() > 1 &&
                        text.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (negative) text = "99999999999999999999";
  if (type == "u8") return check_integer_as<std::uint8_t>(text);
  if (type == "u16") return check_integer_as<std::uint16_t>(text);
  if (type == "u32") return check_integer_as<std::uint32_t>(text);
  return check_integer_as<std::uint64_t>(text);
}

Checked check_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return {{}, "a number"};
  // JSON does not take `.5` or `5.`, which people write.
  return {is_json(text) ? std::string(text) : fmt::format("{}", value), {}};
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!text.empty() && text.find_first_not_of(plain) == std::string_view::npos) return std::string(text);
  std::string word = "'";
  for (char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

/// The type, or the one inside a secret.
std::string_view plain_type(std::string_view type) {
  if (!is_secret(type)) return type;
  type.remove_prefix(std::string_view("secret<").size());
  type.remove_suffix(1);
  return type;
}

bool is_path(std::string_view text) {
  return text.size() > 1 && text.front() == '/' && text.back() != '/' &&
         text.find("//") == std::string_view::npos;
}

}  // namespace

bool is_secret(std::string_view type) noexcept { return type.starts_with("secret<") && type.ends_with('>'); }

Widget widget_of(std::string_view type) noexcept {
  type = plain_type(type);
  if (type == "text") return Widget::text;
  if (type == "bool") return Widget::flag;
  if (type == "f32" || type == "f64") return Widget::number;
  for (std::string_view integer : {"i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"})
    if (type == integer) return Widget::integer;
  return Widget::json;
}

std::string initial_text(const spawn::ParameterDescription& parameter) {
  const Widget widget = widget_of(parameter.type);
  if (!parameter.otherwise) return widget == Widget::flag ? "false" : "";
  return widget == Widget::text ? result_text(*parameter.otherwise) : *parameter.otherwise;
}

Checked check_argument(const spawn::ParameterDescription& parameter, std::string_view text) {
  const std::string_view inside = trimmed(text);
  switch (widget_of(parameter.type)) {
    case Widget::text: return {quoted(text), {}};
    case Widget::flag: return {text == "true" ? "true" : "false", {}};
    case Widget::integer: return check_integer(plain_type(parameter.type), inside);
    case Widget::number: return check_number(inside);
    case Widget::json: break;
  }
  if (inside.empty()) return {{}, "JSON for " + shown(parameter.type, 80)};
  return is_json(inside) ? Checked{std::string(inside), {}} : Checked{{}, "this is not JSON"};
}

Result<std::vector<std::string>> parse_anchors(std::string_view text) {
  std::vector<std::string> anchors;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n,"), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    if (!is_path(part))
      return failure(ErrorKind::invalid,
                     fmt::format("\"{}\" is no path like /trend/reducer", shown(part, 80)));
    anchors.emplace_back(part);
  }
  return anchors;
}

std::vector<std::string> shown_arguments(const std::vector<spawn::ParameterDescription>& parameters,
                                         std::vector<std::string> json) {
  for (std::size_t i = 0; i < json.size() && i < parameters.size(); ++i)
    if (is_secret(parameters[i].type)) json[i] = "***";
  return json;
}

std::string command_line(std::string_view host, const std::vector<std::string>& anchors,
                         std::string_view function, const std::vector<std::string>& json, bool detached) {
  std::string line = detached ? "circuit spawn -d " : "circuit spawn ";
  line += shell_word(host);
  for (const std::string& anchor : anchors) line += " -a " + shell_word(anchor);
  line += " " + shell_word(function);
  for (const std::string& argument : json) line += " " + shell_word(argument);
  return line;
}

}  // namespace circuit::gui
