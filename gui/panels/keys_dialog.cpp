// All keys, from the one table of commands.
#include "panels/commands.hpp"
#include "panels/dialog_frame.hpp"

namespace circuit::gui {
namespace {

void draw_command(const Ui& ui, const Command& command, const Box& box) {
  float x = box.min.x;
  for (const std::string& key : command.shown) x += key_cap(ui, box, x, key) + ui.px(4);
  text_in(ui, ui.fonts.body, {{box.min.x + ui.px(104), box.min.y}, box.max}, ui.colours.ink2, command.what);
}

}  // namespace

void draw_keys_dialog(Ui& ui) {
  if (!begin_dialog(ui, "keys", "Keys", 520)) return;
  for (const Command& command : commands()) {
    if (command.shown.empty()) continue;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_command(ui, command, {at, {at.x + dialog_width(ui), at.y + ui.px(22)}});
    ImGui::Dummy({1, ui.px(22)});
    dialog_line(ui, 0);
  }
  dialog_line(ui, 12);
  paragraph(ui, ui.fonts.strong, ui.colours.ink, "The filter", dialog_width(ui));
  dialog_line(ui, 4);
  paragraph(ui, ui.fonts.body, ui.colours.ink2,
            "Words are looked for in id, host, pid, function and anchors. host:web*, state:suspect, "
            "function:greet, "
            "pid:4711, anchor:/trend, age>5m. A ! means the contrary: state:!dead, !greet.",
            dialog_width(ui));
  dialog_foot(ui, button_width(ui, "Close"));
  if (button(ui, "Close", Look::plain)) ui.state.close_dialog();
  if (ui.state.dialog != Dialog::keys) ImGui::CloseCurrentPopup();
  end_dialog();
}

}  // namespace circuit::gui
