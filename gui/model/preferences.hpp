// What the desktop remembers from one start to the next.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "model/dashboard.hpp"

namespace circuit::gui {

struct Preferences {
  ThemeChoice theme = ThemeChoice::system;
  /// Steps of Ctrl +.
  int zoom = 0;
  /// Widths of the outer panes in points; 0: by the window's width.
  float left_width = 0;
  float right_width = 0;
  Order order;
  friend bool operator==(const Preferences&, const Preferences&) = default;
};

/// $XDG_CONFIG_HOME/circuit/desktop.json, or the same under ~/.config; empty where there is neither.
std::filesystem::path preferences_file();
/// What makes no sense in the text is left as it is by default.
Preferences parse_preferences(std::string_view json);
std::string to_json(const Preferences& preferences);
/// The defaults where there is no such file.
Preferences load_preferences(const std::filesystem::path& file);
/// Makes the file's directory too.
Result<void> save_preferences(const std::filesystem::path& file, const Preferences& preferences);

}  // namespace circuit::gui
