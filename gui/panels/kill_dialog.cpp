// Kill, with care: it names whom it will hit, and its default is to do nothing.
#include <algorithm>
#include <fmt/format.h>
#include <imgui_internal.h>

#include "base/limits.hpp"
#include "model/text.hpp"
#include "model/worker_text.hpp"
#include "panels/dialog_frame.hpp"

namespace circuit::gui {
namespace {

constexpr float row_points = 46;

void draw_progress(const Ui& ui, const KillForm::Step& step, const Box& box) {
  switch (step.progress) {
    case KillForm::Progress::none: return;
    case KillForm::Progress::asking:
      text_in(ui, ui.fonts.body, box, ui.colours.ink2, "asking\xE2\x80\xA6", Align::right);
      return;
    case KillForm::Progress::sent:
      text_in(ui, ui.fonts.body, box, ui.colours.ok, "sent", Align::right);
      return;
    case KillForm::Progress::failed:
      text_in(ui, ui.fonts.body, box, ui.colours.bad, shown(step.problem, limits::gui_cell_bytes),
              Align::right);
      return;
  }
}

void draw_target(const Ui& ui, const KillForm& form, std::size_t index) {
  const spawn::WorkerRecord& worker = *form.targets()[index];
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float right = at.x + ImGui::GetContentRegionAvail().x - ui.px(10), height = ui.px(row_points);
  const Box first{{at.x + ui.px(10), at.y + ui.px(5)}, {right, at.y + ui.px(23)}};
  const Box second{{at.x + ui.px(10), at.y + ui.px(24)}, {right, at.y + ui.px(42)}};
  const std::string head = fmt::format("{}   pid {}   {}", worker.address.id.string(), worker.address.pid,
                                       shown(worker.address.host, 80));
  const float wide = text_in(ui, ui.fonts.mono, first, ui.colours.ink, head);
  text_in(ui, ui.fonts.mono, second, ui.colours.ink2, call_text(worker));
  draw_progress(ui, form.step(worker.address.id), {{first.min.x + wide + ui.px(12), first.min.y}, first.max});
  if (index + 1 < form.targets().size())
    ImGui::GetWindowDrawList()->AddLine({at.x, at.y + height}, {right + ui.px(10), at.y + height},
                                        ui.colours.line);
  ui.drawn.add(Drawn::Kind::text, head, first.min, first.max);
  ImGui::Dummy({1, height});
}

void draw_targets(const Ui& ui, const KillForm& form) {
  const float row = ui.px(row_points);
  const float height = std::min(row * static_cast<float>(form.targets().size()), ui.px(260)) + 2;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = dialog_width(ui);
  ImGui::BeginChild("##targets", {width, height}, false, ImGuiWindowFlags_NoNav);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(form.targets().size()), row);
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_target(ui, form, static_cast<std::size_t>(i));
  ImGui::EndChild();
  ImGui::GetWindowDrawList()->AddRect(at, {at.x + width, at.y + height}, ui.colours.line, ui.px(4));
}

void choose_way(Ui& ui, KillForm& form) {
  const float width = form_line(ui, "How");
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                      {ui.px(8), std::floor((ui.px(28) - ui.fonts.body->FontSize) / 2)});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(4), ui.px(4)});
  ImGui::BeginDisabled(form.started);
  ImGui::SetNextItemWidth(width);
  const bool open = ImGui::BeginCombo("##way", KillForm::ways()[form.way].text);
  ui.drawn.add(Drawn::Kind::widget, "How", at, {at.x + width, at.y + ui.px(28)});
  if (open) {
    for (std::size_t i = 0; i < KillForm::ways().size(); ++i) {
      const ImVec2 row = ImGui::GetCursorScreenPos();
      if (ImGui::Selectable(KillForm::ways()[i].text, i == form.way, 0, {0, ui.px(22)})) form.way = i;
      ui.drawn.add(Drawn::Kind::widget, KillForm::ways()[i].text, row,
                   {row.x + width - ui.px(16), row.y + ui.px(22)});
    }
    ImGui::EndCombo();
  }
  ImGui::EndDisabled();
  ImGui::PopStyleVar(2);
}

void draw_form(Ui& ui, KillForm& form) {
  choose_way(ui, form);
  if (KillForm::ways()[form.way].signal == 0) {
    const float width = form_line(ui, "Grace, seconds");
    field(ui, "Grace, seconds", form.grace_s, width, {nullptr, !form.grace_problem().empty(), !form.started});
    form_hint(ui, form.grace_problem(), true);
  }
  if (!form.many()) return;
  const std::string label = fmt::format("Type {}", form.targets().size());
  const float width = form_line(ui, label);
  field(ui, "Confirmation", form.confirmation, width, {"their number, to confirm", false, !form.started});
}

}  // namespace

void draw_kill_dialog(Ui& ui) {
  KillForm& form = *ui.state.kill_form;
  const std::string title =
      form.many() ? fmt::format("Kill {} workers?", form.targets().size())
                  : fmt::format("Kill this worker, pid {}?", form.targets().front()->address.pid);
  if (!begin_dialog(ui, "kill", title, 520)) return;
  draw_targets(ui, form);
  const bool app =
      std::any_of(form.targets().begin(), form.targets().end(), [](const auto& one) { return one->app; });
  if (app) {
    dialog_line(ui, 8);
    const Notice notice(ui, ui.colours.warn, dialog_width(ui));
    paragraph(ui, ui.fonts.body, ui.colours.ink,
              "An app is among them: a program that somebody started by hand.", notice.inner_width());
  }
  draw_form(ui, form);
  const std::string kill = form.many() ? fmt::format("Kill {}", form.targets().size()) : "Kill";
  const char* cancel = form.finished() ? "Close" : "Cancel";
  dialog_foot(ui, button_width(ui, cancel) + ui.px(8) + button_width(ui, kill));
  // Both may end the form: it is not to be touched after them.
  const bool ready = form.ready() && ui.state.connected();
  const bool cancelled = button(ui, cancel, Look::plain);
  if (ui.view.dialog_opened) {
    ImGui::SetItemDefaultFocus();
    // Also after a click: the keyboard stands there, and it is to be seen.
    ImGui::GetCurrentContext()->NavDisableHighlight = false;
  }
  ImGui::SameLine(0, ui.px(8));
  const bool confirmed = button(ui, kill.c_str(), Look::solid_danger, ready);
  if (cancelled) ui.state.close_dialog();
  if (confirmed) ui.state.send_kills();
  if (ui.state.dialog != Dialog::kill) ImGui::CloseCurrentPopup();
  end_dialog();
}

}  // namespace circuit::gui
