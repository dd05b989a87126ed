// The arguments of a spawn: which widget fits a parameter, what it says, and what goes out as JSON text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::gui {

enum class Widget { text, flag, integer, number, json };

/// The widget for a parameter of this type descriptor; of a secret, for what is inside.
Widget widget_of(std::string_view type) noexcept;
/// Whether what is typed must not be seen.
bool is_secret(std::string_view type) noexcept;
/// What stands in the widget at first: the default as people write it.
std::string initial_text(const spawn::ParameterDescription& parameter);

/// JSON text, or what is wrong with what was typed.
struct Checked {
  std::string json;
  std::string problem;
};
Checked check_argument(const spawn::ParameterDescription& parameter, std::string_view text);

/// Anchors as they are typed, paths with spaces or commas between them; `invalid` names the first that is
/// none.
Result<std::vector<std::string>> parse_anchors(std::string_view text);

/// The arguments as they may be shown: `***` for those that are secret.
std::vector<std::string> shown_arguments(const std::vector<spawn::ParameterDescription>& parameters,
                                         std::vector<std::string> json);

/// The shell's line that spawns the same.
std::string command_line(std::string_view host, const std::vector<std::string>& anchors,
                         std::string_view function, const std::vector<std::string>& json, bool detached);

}  // namespace circuit::gui
