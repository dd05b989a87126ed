#include "panels/dialog_frame.hpp"

#include <algorithm>

namespace circuit::gui {
namespace {

constexpr float padding = 16;
constexpr float label_width = 116;

float left_edge(const Ui& ui) { return ImGui::GetWindowPos().x + ui.px(padding); }

}  // namespace

bool begin_dialog(Ui& ui, const char* id, const std::string& title, float width) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  if (!ImGui::IsPopupOpen(id)) ImGui::OpenPopup(id);
  const float wide = std::min(ui.px(width), screen.x - ui.px(32));
  ImGui::SetNextWindowPos({std::floor((screen.x - wide) / 2), std::floor(screen.y * 0.08F)});
  ImGui::SetNextWindowSizeConstraints({wide, 0}, {wide, std::max(screen.y * 0.92F - ui.px(24), ui.px(120))});
  constexpr ImGuiWindowFlags flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove |
                                     ImGuiWindowFlags_NoResize | ImGuiWindowFlags_AlwaysAutoResize |
                                     ImGuiWindowFlags_NoSavedSettings;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  if (!ImGui::BeginPopupModal(id, nullptr, flags)) {
    ImGui::PopStyleVar(2);
    return false;
  }
  ui.drawn.add(Drawn::Kind::panel, id, ImGui::GetWindowPos(),
               {ImGui::GetWindowPos().x + ImGui::GetWindowWidth(),
                ImGui::GetWindowPos().y + ImGui::GetWindowHeight()});
  // The frame of the whole width, whatever stands in it.
  ImGui::Dummy({wide, ui.px(padding)});
  dialog_line(ui, 0);
  paragraph(ui, ui.fonts.title, ui.colours.ink, title, dialog_width(ui));
  dialog_line(ui, 12);
  return true;
}

void end_dialog() {
  ImGui::EndPopup();
  ImGui::PopStyleVar(2);
}

float dialog_width(const Ui& ui) { return ImGui::GetWindowWidth() - ui.px(2 * padding); }

void dialog_line(const Ui& ui, float gap) {
  ImGui::SetCursorScreenPos({left_edge(ui), ImGui::GetCursorScreenPos().y + ui.px(gap)});
}

float form_line(const Ui& ui, std::string_view label) {
  dialog_line(ui, 8);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float indent = ui.px(label_width + 12);
  text_in(ui, ui.fonts.body, {at, {at.x + ui.px(label_width), at.y + ui.px(28)}}, ui.colours.ink2, label);
  ImGui::SetCursorScreenPos({at.x + indent, at.y});
  return dialog_width(ui) - indent;
}

void form_hint(const Ui& ui, std::string_view text, bool bad) {
  if (text.empty()) return;
  const float indent = ui.px(label_width + 12);
  ImGui::SetCursorScreenPos({left_edge(ui) + indent, ImGui::GetCursorScreenPos().y + ui.px(2)});
  paragraph(ui, ui.fonts.small, bad ? ui.colours.bad : ui.colours.ink2, text, dialog_width(ui) - indent);
}

void dialog_foot(const Ui& ui, float buttons_width) {
  dialog_line(ui, 14);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float left = ImGui::GetWindowPos().x, right = left + ImGui::GetWindowWidth();
  ImGui::GetWindowDrawList()->AddRectFilled({left, at.y}, {right, at.y + ui.px(1)}, ui.colours.line);
  // Room for the buttons and what is below them.
  ImGui::Dummy({1, ui.px(12 + 28 + 12)});
  ImGui::SetCursorScreenPos({right - ui.px(padding) - buttons_width, at.y + ui.px(12)});
}

}  // namespace circuit::gui
