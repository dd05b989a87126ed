// The bar at the top: whose cluster this is, the filter, and what can be done.
#include <algorithm>
#include <imgui_internal.h>
#include <imgui_stdlib.h>
#include <utility>

#include "base/limits.hpp"
#include "model/text.hpp"
#include "panels/widgets.hpp"

namespace circuit::gui {
namespace {

void draw_logo(const Ui& ui, ImVec2 at) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float unit = ui.scale * 0.9F, stroke = 1.8F * ui.scale;
  auto point = [&](float x, float y) { return ImVec2(at.x + x * unit, at.y + y * unit); };
  const ImU32 colour = ui.colours.accent;
  list.AddLine(point(7, 9.2F), point(12.6F, 6), colour, stroke);
  list.AddLine(point(7, 10.8F), point(12.6F, 14), colour, stroke);
  for (ImVec2 centre : {point(4.6F, 10), point(15.2F, 4.8F), point(15.2F, 15.2F)})
    list.AddCircle(centre, 2.6F * unit, colour, 20, stroke);
}

/// Colours the names of fields, and what is wrong, over the field's own text.
void colour_filter(const Ui& ui, const Box& box, float scroll) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ImFont* font = ui.fonts.mono;
  list.PushClipRect(box.min, box.max, true);
  float x = box.min.x - scroll;
  const float y = std::floor(box.min.y + (box.height() - font->FontSize) / 2);
  for (const FilterToken& token : ui.state.filter().tokens) {
    const bool wrong = !token.problem.empty();
    std::string_view text = token.text;
    const float width = width_of(font, text);
    if (!wrong) text = text.substr(0, token.head);
    const ImU32 colour = wrong ? ui.colours.bad : ui.colours.accent;
    if (!text.empty())
      list.AddText(font, font->FontSize, {x, y}, colour, text.data(), text.data() + text.size());
    x += width;
  }
  list.PopClipRect();
}

void draw_filter_problem(const Ui& ui, const Box& box) {
  const std::string text = shown(ui.state.filter().problem, 200);
  if (text.empty()) return;
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  ImFont* font = ui.fonts.body;
  const ImVec2 size = font->CalcTextSizeA(font->FontSize, FLT_MAX, box.width() - ui.px(20), text.c_str());
  const ImVec2 min(box.min.x, box.max.y + ui.px(4)), max(box.max.x, min.y + size.y + ui.px(12));
  list.AddRectFilled(min, max, ui.colours.raised, ui.px(4));
  list.AddRect(min, max, ui.colours.bad, ui.px(4));
  list.AddText(font, font->FontSize, {min.x + ui.px(10), min.y + ui.px(6)}, ui.colours.bad, text.c_str(),
               nullptr, box.width() - ui.px(20));
}

void draw_glass(const Ui& ui, ImVec2 centre) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float stroke = 1.5F * ui.scale;
  list.AddCircle(centre, 4 * ui.scale, ui.colours.ink2, 20, stroke);
  list.AddLine({centre.x + 3 * ui.scale, centre.y + 3 * ui.scale},
               {centre.x + 6 * ui.scale, centre.y + 6 * ui.scale}, ui.colours.ink2, stroke);
}

void draw_filter(Ui& ui, const Box& box) {
  const Colours& c = ui.colours;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(box.min, box.max, c.bg, ui.px(4));
  draw_glass(ui, {box.min.x + ui.px(16), box.min.y + box.height() / 2 - ui.px(1)});
  const Box inside{{box.min.x + ui.px(30), box.min.y}, {box.max.x - ui.px(30), box.max.y}};
  std::string text = ui.state.workers.filter_text();
  ImGui::SetCursorScreenPos(inside.min);
  ImGui::PushFont(ui.fonts.mono);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      {0, std::floor((box.height() - ui.fonts.mono->FontSize) / 2)});
  ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, 0);
  for (ImGuiCol where : {ImGuiCol_FrameBg, ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive})
    ImGui::PushStyleColor(where, faded(c.bg, 0));
  if (std::exchange(ui.view.focus_filter, false)) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(inside.width());
  const bool changed = ImGui::InputTextWithHint("##filter", "host:web* state:!dead greet", &text,
                                                ImGuiInputTextFlags_AutoSelectAll);
  ui.view.filter_active = ImGui::IsItemActive();
  const ImGuiInputTextState* typing = ImGui::GetInputTextState(ImGui::GetItemID());
  ImGui::PopStyleColor(3);
  ImGui::PopStyleVar(2);
  ImGui::PopFont();
  if (changed && text.size() <= limits::gui_field_bytes) ui.state.set_filter(std::move(text));
  colour_filter(ui, inside, ui.view.filter_active && typing != nullptr ? typing->ScrollX : 0);
  const bool wrong = !ui.state.filter().problem.empty();
  list.AddRect(box.min, box.max, wrong ? c.bad : ui.view.filter_active ? c.accent : c.line, ui.px(4));
  key_cap(ui, box, box.max.x - ui.px(25), "/");
  ui.drawn.add(Drawn::Kind::field, "Filter", inside.min, inside.max);
  draw_filter_problem(ui, box);
}

const char* name_of(ThemeChoice theme) {
  switch (theme) {
    case ThemeChoice::dark: return "Theme: dark";
    case ThemeChoice::light: return "Theme: light";
    case ThemeChoice::system: break;
  }
  return "Theme: system";
}

/// The buttons at the right end; returns where they begin.
float draw_buttons(Ui& ui, const Box& bar) {
  const float y = std::floor(bar.min.y + (bar.height() - ui.px(28)) / 2);
  float x = bar.max.x - ui.px(16);
  auto place = [&](const char* label, const char* hint) {
    x -= button_width(ui, label, hint);
    ImGui::SetCursorScreenPos({x, y});
  };
  place("Spawn", "N");
  if (button(ui, "Spawn", Look::primary, ui.state.connected(), "N")) ui.state.ask_to_spawn();
  if (!ui.state.connected() && ImGui::IsMouseHoveringRect({x, y}, bar.max))
    tooltip(ui, "Not while disconnected");
  x -= ui.px(8);
  place("Keys", "?");
  if (button(ui, "Keys", Look::quiet, true, "?")) ui.state.dialog = Dialog::keys;
  x -= ui.px(4);
  place(name_of(ui.state.theme), nullptr);
  if (button(ui, name_of(ui.state.theme), Look::quiet)) ui.state.next_theme();
  return x;
}

}  // namespace

void draw_top_bar(Ui& ui) {
  const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  const Box bar{at, {at.x + size.x, at.y + size.y}};
  draw_logo(ui, {bar.min.x + ui.px(15), std::floor(bar.min.y + (bar.height() - ui.px(18)) / 2)});
  float x = bar.min.x + ui.px(42);
  x += text_in(ui, ui.fonts.strong, {{x, bar.min.y}, bar.max}, ui.colours.ink, "Circuit") + ui.px(13);
  const float middle = bar.min.y + bar.height() / 2;
  ImGui::GetWindowDrawList()->AddLine({std::floor(x) + 0.5F, middle - ui.px(9)},
                                      {std::floor(x) + 0.5F, middle + ui.px(9)}, ui.colours.line, ui.px(1));
  x += ui.px(12);
  x += text_in(ui, ui.fonts.body, {{x, bar.min.y}, {x + ui.px(200), bar.max.y}}, ui.colours.ink2,
               shown(ui.state.cluster_name, 256));
  const float right = draw_buttons(ui, bar);
  const float room = right - x - ui.px(32);
  const float width = std::min(ui.px(440), room);
  if (width < ui.px(140)) return;
  const float centred = bar.min.x + (bar.width() - width) / 2;
  const float left = std::floor(std::clamp(centred, x + ui.px(16), right - width - ui.px(16)));
  const float y = std::floor(middle - ui.px(14));
  draw_filter(ui, {{left, y}, {left + width, y + ui.px(28)}});
}

}  // namespace circuit::gui
