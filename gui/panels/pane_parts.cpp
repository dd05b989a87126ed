#include "panels/pane_parts.hpp"

#include <vector>

#include "model/text.hpp"

namespace circuit::gui {
namespace {

/// One tab at `x`; returns where the next one begins.
float draw_tab(Ui& ui, const Box& line, float x, const char* title, std::size_t count, Tab tab) {
  const bool on = ui.state.tab == tab;
  ImFont* font = on ? ui.fonts.medium : ui.fonts.body;
  const std::string number = count_text(count);
  const float words = std::ceil(width_of(font, title)),
              digits = std::ceil(width_of(ui.fonts.mono_small, number));
  const Box box{{x, line.min.y}, {x + words + digits + ui.px(26), line.max.y}};
  ImGui::SetCursorScreenPos(box.min);
  if (ImGui::InvisibleButton(title, {box.width(), box.height()})) ui.state.tab = tab;
  const ImU32 ink = on || ImGui::IsItemHovered() ? ui.colours.ink : ui.colours.ink2;
  text_in(ui, font, {{x + ui.px(10), box.min.y}, box.max}, ink, title);
  text_in(ui, ui.fonts.mono_small, {{x + ui.px(16) + words, box.min.y}, box.max}, ui.colours.ink2, number);
  if (on)
    ImGui::GetWindowDrawList()->AddRectFilled({box.min.x, box.max.y - ui.px(1)},
                                              {box.max.x, box.max.y + ui.px(1)}, ui.colours.accent);
  ui.drawn.add(Drawn::Kind::widget, title, box.min, box.max);
  return box.max.x + ui.px(2);
}

}  // namespace

Box window_box() {
  const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  return {at, {at.x + size.x, at.y + size.y}};
}

Box cut_top(const Ui& ui, Box& box, float height) {
  const Box line{box.min, {box.max.x, box.min.y + ui.px(height) - ui.px(1)}};
  ImGui::GetWindowDrawList()->AddRectFilled({line.min.x, line.max.y}, {line.max.x, line.max.y + ui.px(1)},
                                            ui.colours.line);
  box.min.y += ui.px(height);
  return line;
}

Box cut_bottom(const Ui& ui, Box& box, float height) {
  const Box line{{box.min.x, box.max.y - ui.px(height) + ui.px(1)}, box.max};
  ImGui::GetWindowDrawList()->AddRectFilled({line.min.x, line.min.y - ui.px(1)}, {line.max.x, line.min.y},
                                            ui.colours.line);
  box.max.y -= ui.px(height);
  return line;
}

void draw_tabs(Ui& ui, const Box& line) {
  float x = line.min.x + ui.px(8);
  x = draw_tab(ui, line, x, "Workers", ui.state.workers.size(), Tab::workers);
  draw_tab(ui, line, x, "Calls", ui.state.calls.size(), Tab::calls);
}

void draw_hints(const Ui& ui, const Box& line,
                std::initializer_list<std::pair<const char*, const char*>> hints) {
  std::vector<std::pair<const char*, const char*>> all(hints);
  float x = line.max.x - ui.px(12);
  for (auto hint = all.rbegin(); hint != all.rend(); ++hint) {
    x -= std::ceil(width_of(ui.fonts.small, hint->second));
    text_in(ui, ui.fonts.small, {{x, line.min.y}, {line.max.x, line.max.y}}, ui.colours.ink2, hint->second);
    x -= std::ceil(width_of(ui.fonts.mono_small, hint->first)) + ui.px(17);
    key_cap(ui, line, x, hint->first);
    x -= ui.px(8);
  }
}

}  // namespace circuit::gui
