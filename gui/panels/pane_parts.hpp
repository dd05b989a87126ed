// The head and the foot that panes have in common.
#pragma once

#include "panels/widgets.hpp"

namespace circuit::gui {

/// The whole of the current window.
Box window_box();
/// Cuts a line of `height` points with its rule off the top, or the bottom, of the box, and returns it.
Box cut_top(const Ui& ui, Box& box, float height);
Box cut_bottom(const Ui& ui, Box& box, float height);
/// Workers | Calls, with their counts, on the line.
void draw_tabs(Ui& ui, const Box& line);
/// Keys with their words, from right to left: `{"Space", "mark"}`.
void draw_hints(const Ui& ui, const Box& line,
                std::initializer_list<std::pair<const char*, const char*>> hints);

}  // namespace circuit::gui
