#include "model/preferences.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fmt/format.h>

#include "base/paths.hpp"

namespace circuit::gui {
namespace {

constexpr std::size_t file_bytes = 64 * 1024;
constexpr int most_zoom = 6;
constexpr double most_width = 4000;

/// The number of that name between the two, or nothing.
std::optional<double> number_in(const boost::json::object& object, std::string_view name, double least,
                                double most) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->to_number<double>();
  if (!(number >= least && number <= most)) return std::nullopt;
  return number;
}

}  // namespace

std::filesystem::path preferences_file() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  std::filesystem::path folder;
  if (config != nullptr && *config == '/')
    folder = config;
  else if (home != nullptr && *home == '/')
    folder = std::filesystem::path(home) / ".config";
  return folder.empty() ? folder : folder / "circuit" / "desktop.json";
}

Preferences parse_preferences(std::string_view json) {
  Preferences preferences;
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(json, error);
  if (error || !value.is_object()) return preferences;
  const boost::json::object& object = value.get_object();
  if (auto theme = number_in(object, "theme", 0, 2)) preferences.theme = static_cast<ThemeChoice>(*theme);
  if (auto zoom = number_in(object, "zoom", -most_zoom, most_zoom))
    preferences.zoom = static_cast<int>(*zoom);
  if (auto width = number_in(object, "left", 0, most_width))
    preferences.left_width = static_cast<float>(*width);
  if (auto width = number_in(object, "right", 0, most_width))
    preferences.right_width = static_cast<float>(*width);
  if (auto column = number_in(object, "column", 0, column_count - 1))
    preferences.order.column = static_cast<Column>(*column);
  if (const auto* turned = object.if_contains("descending"); turned != nullptr && turned->is_bool())
    preferences.order.descending = turned->get_bool();
  return preferences;
}

std::string to_json(const Preferences& preferences) {
  boost::json::object object;
  object["theme"] = static_cast<int>(preferences.theme);
  object["zoom"] = preferences.zoom;
  object["left"] = preferences.left_width;
  object["right"] = preferences.right_width;
  object["column"] = static_cast<int>(preferences.order.column);
  object["descending"] = preferences.order.descending;
  return boost::json::serialize(object) + "\n";
}

Preferences load_preferences(const std::filesystem::path& file) {
  auto text = read_file(file, file_bytes);
  return text.has_error() ? Preferences() : parse_preferences(*text);
}

Result<void> save_preferences(const std::filesystem::path& file, const Preferences& preferences) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error)
    return failure(ErrorKind::failed,
                   fmt::format("cannot make {}: {}", file.parent_path().string(), error.message()));
  return write_file(file, to_json(preferences));
}

}  // namespace circuit::gui
