// Every key of the dashboard, in one table: the keyboard obeys it, and the help shows it.
#pragma once

#include <string>
#include <vector>

#include "panels/ui.hpp"
#include "shell/input_queue.hpp"

namespace circuit::gui {

struct Command {
  /// As the keys are written.
  std::vector<std::string> shown;
  std::string what;
  /// GLFW's numbers of keys, and characters, that run it.
  std::vector<int> keys;
  std::string characters;
  bool control = false;
  void (*run)(Dashboard& state, ViewState& view);
};

const std::vector<Command>& commands();

/// Runs the command of a key or a character, unless it belongs to a field or a dialog. True: ImGui must not
/// get it.
bool obey(const InputEvent& event, Dashboard& state, ViewState& view);

}  // namespace circuit::gui
