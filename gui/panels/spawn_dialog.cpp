// A form made from the registered signatures.
#include <algorithm>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "model/text.hpp"
#include "panels/dialog_frame.hpp"

namespace circuit::gui {
namespace {

void choose_function(Ui& ui, SpawnForm& form) {
  const float width = form_line(ui, "Function");
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const std::string chosen = form.label(form.chosen_index());
  ImGui::PushFont(ui.fonts.mono);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      {ui.px(8), std::floor((ui.px(28) - ui.fonts.mono->FontSize) / 2)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(4), ui.px(4)});
  ImGui::SetNextItemWidth(width);
  const bool open = ImGui::BeginCombo("##function", chosen.c_str(), ImGuiComboFlags_HeightLarge);
  ui.drawn.add(Drawn::Kind::widget, "Function", at, {at.x + width, at.y + ui.px(28)});
  if (open) {
    for (std::size_t i = 0; i < form.functions.size(); ++i) {
      const std::string label = form.label(i);
      const ImVec2 row = ImGui::GetCursorScreenPos();
      const float wide = ImGui::GetContentRegionAvail().x;
      ImGui::PushID(static_cast<int>(i));
      if (ImGui::Selectable("##choice", i == form.chosen_index(), 0, {0, ui.px(24)})) form.choose(i);
      ImGui::PopID();
      const Box box{{row.x + ui.px(4), row.y}, {row.x + wide, row.y + ui.px(24)}};
      text_in(ui, ui.fonts.mono, box, ui.colours.ink, label);
      ui.drawn.add(Drawn::Kind::widget, label, box.min, box.max);
    }
    ImGui::EndCombo();
  }
  ImGui::PopStyleVar(2);
  ImGui::PopFont();
  form_hint(ui, shown(form.chosen()->signature, limits::gui_cell_bytes));
  form_hint(ui, shown(form.chosen()->executable, limits::gui_cell_bytes));
}

void edit_argument(Ui& ui, SpawnForm& form, std::size_t i) {
  const spawn::ParameterDescription& parameter = form.chosen()->parameters[i];
  const std::string name =
      parameter.name.empty() ? fmt::format("argument {}", i + 1) : shown(parameter.name, 128);
  const float width = form_line(ui, name);
  std::string& text = form.argument(i);
  const Checked checked = form.check(i);
  // Two parameters may have one name.
  ImGui::PushID(static_cast<int>(i));
  const Widget widget = widget_of(parameter.type);
  if (widget == Widget::flag) {
    bool on = text == "true";
    if (checkbox(ui, name.c_str(), on)) text = on ? "true" : "false";
  } else {
    FieldLook look;
    look.wrong = !checked.problem.empty() && !text.empty();
    look.hidden = is_secret(parameter.type);
    look.lines = widget == Widget::json && !look.hidden ? 2 : 1;
    field(ui, name.c_str(), text, width, look);
  }
  ImGui::PopID();
  std::string hint = shown(parameter.type, limits::gui_cell_bytes);
  if (!checked.problem.empty()) hint += ": " + checked.problem;
  form_hint(ui, hint, !checked.problem.empty() && !text.empty());
}

void show_command(Ui& ui, const std::string& command) {
  dialog_line(ui, 12);
  const Notice notice(ui, ui.colours.line, dialog_width(ui));
  const std::string text = shown(command, limits::gui_detail_bytes);
  paragraph(ui, ui.fonts.mono, ui.colours.ink, text, notice.inner_width());
  ImGui::Dummy({1, ui.px(4)});
  if (link(ui, "Copy the command")) ImGui::SetClipboardText(command.c_str());
}

void show_outcome(Ui& ui, WorkerId id, float width) {
  const Dashboard::Outcome* outcome = ui.state.outcome(id);
  if (ui.state.spawn_form.detached)
    paragraph(ui, ui.fonts.body, ui.colours.ink2, "Its result goes to the agent, and is not shown here.",
              width);
  else if (outcome == nullptr)
    paragraph(ui, ui.fonts.body, ui.colours.ink2,
              "Its function has not ended yet; the result will appear here, and in its detail.", width);
  else if (outcome->failure)
    paragraph(ui, ui.fonts.body, ui.colours.bad,
              fmt::format("{}: {}", name_of(outcome->failure->kind),
                          shown_lines(outcome->failure->text, limits::gui_detail_bytes)),
              width);
  else
    paragraph(ui, ui.fonts.mono, ui.colours.ok, shown_lines(outcome->text, limits::gui_detail_bytes), width);
}

void show_result(Ui& ui, SpawnForm& form) {
  if (form.stage == SpawnForm::Stage::editing) return;
  dialog_line(ui, 8);
  const bool failed = form.stage == SpawnForm::Stage::failed;
  const Notice notice(ui, failed ? ui.colours.bad : ui.colours.call, dialog_width(ui));
  const float width = notice.inner_width();
  if (form.stage == SpawnForm::Stage::spawning)
    return paragraph(ui, ui.fonts.body, ui.colours.ink2, "Spawning\xE2\x80\xA6", width);
  if (failed)
    return paragraph(ui, ui.fonts.body, ui.colours.bad,
                     fmt::format("{}: {}", name_of(form.failure.kind),
                                 shown_lines(form.failure.text, limits::gui_detail_bytes)),
                     width);
  const Address& address = form.worker.address;
  paragraph(ui, ui.fonts.body, ui.colours.ink,
            fmt::format("{} runs on {}, pid {}.", address.id.string(), shown(address.host, 128), address.pid),
            width);
  show_outcome(ui, address.id, width);
  ImGui::Dummy({1, ui.px(4)});
  if (link(ui, "Show it")) {
    ui.state.tab = Tab::workers;
    ui.state.select(address.id);
    ui.state.close_dialog();
  }
}

void draw_form(Ui& ui, SpawnForm& form) {
  choose_function(ui, form);
  float width = form_line(ui, "Host");
  field(ui, "Host", form.host, width, {nullptr, form.host.empty()});
  width = form_line(ui, "Anchors");
  const std::string problem = form.anchors_problem();
  field(ui, "Anchors", form.anchors, width, {"/trend/reducer /batch", !problem.empty()});
  form_hint(ui, problem, true);
  for (std::size_t i = 0; i < form.chosen()->parameters.size(); ++i) edit_argument(ui, form, i);
  form_line(ui, "Detached");
  checkbox(ui, "Detached", form.detached);
  form_hint(ui, "It lives on when this window is closed; its result is not shown then.");
}

void draw_foot(Ui& ui, SpawnForm& form, bool ready) {
  const char* label = form.stage == SpawnForm::Stage::editing ? "Spawn" : "Spawn again";
  dialog_foot(ui, button_width(ui, "Close") + ui.px(8) + button_width(ui, label, "Enter"));
  if (button(ui, "Close", Look::plain)) ui.state.close_dialog();
  ImGui::SameLine(0, ui.px(8));
  const bool enabled = ready && ui.state.connected() && form.stage != SpawnForm::Stage::spawning;
  if (button(ui, label, Look::primary, enabled, "Enter")) ui.state.send_spawn();
}

}  // namespace

void draw_spawn_dialog(Ui& ui) {
  if (!begin_dialog(ui, "spawn", "Spawn a worker", 640)) return;
  SpawnForm& form = ui.state.spawn_form;
  if (form.functions.empty()) {
    const bool bad = !form.functions_problem.empty();
    const std::string text = bad ? shown_lines(form.functions_problem, limits::gui_detail_bytes)
                             : form.asking_functions ? "Looking for functions\xE2\x80\xA6"
                                                     : "No executable here has a worker function.";
    paragraph(ui, ui.fonts.body, bad ? ui.colours.bad : ui.colours.ink2, text, dialog_width(ui));
    dialog_foot(ui, button_width(ui, "Close"));
    if (button(ui, "Close", Look::plain)) ui.state.close_dialog();
  } else {
    draw_form(ui, form);
    const std::string command = form.command();
    if (!command.empty()) show_command(ui, command);
    show_result(ui, form);
    draw_foot(ui, form, !command.empty());
  }
  if (ui.state.dialog != Dialog::spawn) ImGui::CloseCurrentPopup();
  end_dialog();
}

}  // namespace circuit::gui
