// The frame: bar, strip, three panes, status line; and the edges between the panes, which can be moved.
#include <algorithm>
#include <imgui_internal.h>

#include "panels/widgets.hpp"

namespace circuit::gui {
namespace {

struct Widths {
  float left, right;
};

/// As the page has them, by the width of the window in points.
Widths usual_widths(float window) {
  if (window <= 1000) return {0, 300};
  if (window <= 1320) return {210, 320};
  return {250, 380};
}

Widths widths(const Ui& ui, float window) {
  Widths all = usual_widths(window);
  if (all.left > 0 && ui.view.left_width > 0) all.left = ui.view.left_width;
  if (ui.view.right_width > 0) all.right = ui.view.right_width;
  all.right = std::min(all.right, window - all.left - 200);
  return {ui.px(all.left), ui.px(std::max(all.right, 0.0F))};
}

/// A vertical edge that can be dragged; returns by how many points it was moved in this frame.
float edge(const Ui& ui, const char* id, float x, float top, float bottom) {
  const float half = ui.px(3);
  ImGui::SetCursorScreenPos({x - half, top});
  ImGui::InvisibleButton(id, {2 * half, std::max(bottom - top, 1.0F)});
  const bool active = ImGui::IsItemActive();
  if (active || ImGui::IsItemHovered()) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    ImGui::GetForegroundDrawList()->AddLine({x, top}, {x, bottom}, ui.colours.accent, ui.px(1));
  }
  return active ? ImGui::GetIO().MouseDelta.x / ui.scale : 0;
}

void draw_edges(const Ui& ui, const Box& area, const Widths& all) {
  const float window = area.width() / ui.scale;
  const float x_left = area.min.x + all.left, x_right = area.max.x - all.right;
  if (all.left > 0)
    if (const float moved = edge(ui, "##left-edge", x_left, area.min.y, area.max.y); moved != 0)
      ui.view.left_width = std::clamp(all.left / ui.scale + moved, 140.0F, window * 0.4F);
  if (const float moved = edge(ui, "##right-edge", x_right, area.min.y, area.max.y); moved != 0)
    ui.view.right_width = std::clamp(all.right / ui.scale - moved, 220.0F, window * 0.5F);
}

using Draw = void (*)(Ui&);

void pane(Ui& ui, const char* name, const Box& box, Draw draw, bool may_be_stale = true) {
  if (box.width() < 1 || box.height() < 1) return;
  if (begin_pane(ui, name, box, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse)) draw(ui);
  end_pane(ui, box, may_be_stale);
}

void draw_centre(Ui& ui) {
  if (ui.state.tab == Tab::workers)
    draw_worker_table(ui);
  else
    draw_calls_table(ui);
}

void draw_panes(Ui& ui, const Box& area) {
  const Widths all = widths(ui, area.width() / ui.scale);
  const float gap = ui.px(1);
  const float left_end = area.min.x + all.left, right_begin = area.max.x - all.right;
  if (all.left > 0) pane(ui, "anchors", {area.min, {left_end, area.max.y}}, draw_anchor_tree);
  pane(ui, "centre", {{left_end + (all.left > 0 ? gap : 0), area.min.y}, {right_begin - gap, area.max.y}},
       draw_centre);
  pane(ui, "detail", {{right_begin, area.min.y}, area.max}, draw_detail);
  draw_edges(ui, area, all);
}

void draw_dialogs(Ui& ui) {
  ui.view.dialog_opened = ui.state.dialog != Dialog::none && ui.state.dialog != ui.view.last_dialog;
  // One that a key has closed is still on ImGui's stack, and would go on holding the mouse.
  const bool changed = ui.view.last_dialog != Dialog::none && ui.state.dialog != ui.view.last_dialog;
  if (changed && ImGui::GetCurrentContext()->OpenPopupStack.Size > 0) ImGui::ClosePopupToLevel(0, true);
  ui.view.last_dialog = ui.state.dialog;
  switch (ui.state.dialog) {
    case Dialog::none: break;
    case Dialog::spawn: draw_spawn_dialog(ui); break;
    case Dialog::kill: draw_kill_dialog(ui); break;
    case Dialog::keys: draw_keys_dialog(ui); break;
  }
}

}  // namespace

void draw_everything(Ui& ui) {
  ui.drawn.begin();
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(size);
  constexpr ImGuiWindowFlags flags =
      ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
      ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoScrollWithMouse;
  ImGui::PushFont(ui.fonts.body);
  ImGui::Begin("##window", nullptr, flags);
  const float gap = ui.px(1), bar = ui.px(43), strip = ui.px(61), status = ui.px(26);
  float y = 0;
  auto row = [&](float height) {
    const Box box{{0, y}, {size.x, std::min(y + height, size.y)}};
    y += height + gap;
    return box;
  };
  pane(ui, "bar", row(bar), draw_top_bar, false);
  pane(ui, "strip", row(strip), draw_strip);
  draw_panes(ui, row(std::max(size.y - y - gap - status, 1.0F)));
  pane(ui, "status", row(status), draw_status_bar, false);
  draw_dialogs(ui);
  ImGui::End();
  ImGui::PopFont();
}

}  // namespace circuit::gui
