// The selected worker at the right.
#include <algorithm>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "model/text.hpp"
#include "model/worker_text.hpp"
#include "panels/pane_parts.hpp"

namespace circuit::gui {
namespace {

constexpr float padding = 12;

void kill_button(Ui& ui, const Box& line) {
  const std::size_t marked = ui.state.marks().size(), count = ui.state.targets().size();
  const std::string label = marked > 0 ? fmt::format("Kill {}\xE2\x80\xA6", count) : "Kill\xE2\x80\xA6";
  ImGui::SetCursorScreenPos({line.max.x - button_width(ui, label), std::floor(line.min.y)});
  if (button(ui, label.c_str(), Look::danger, ui.state.connected() && count > 0)) ui.state.ask_to_kill();
}

/// A name and its value, at `x`; moves the cursor below the value.
void fact(const Ui& ui, float x, float width, const char* name, std::string_view value) {
  const ImVec2 at(x, ImGui::GetCursorScreenPos().y);
  const float line = ui.fonts.mono->FontSize + ui.px(4), indent = ui.px(74);
  text_in(ui, ui.fonts.body, {at, {x + indent, at.y + line}}, ui.colours.ink2, name);
  ImGui::SetCursorScreenPos({x + indent, at.y + ui.px(2)});
  paragraph(ui, ui.fonts.mono, ui.colours.ink, value, width - indent);
  const float bottom = std::max(ImGui::GetItemRectMax().y + ui.px(3), at.y + line);
  ImGui::SetCursorScreenPos({x, bottom});
}

void draw_facts(const Ui& ui, const spawn::WorkerRecord& worker, float x, float width) {
  const float top = ImGui::GetCursorScreenPos().y, half = std::floor(width / 2);
  fact(ui, x, half, "PID", std::to_string(worker.address.pid));
  const float left_end = ImGui::GetCursorScreenPos().y;
  ImGui::SetCursorScreenPos({x + half, top});
  fact(ui, x + half, half, "Host", shown(worker.address.host, limits::gui_cell_bytes));
  ImGui::SetCursorScreenPos({x, std::max(left_end, ImGui::GetCursorScreenPos().y)});
  const std::uint64_t now = ui.state.now_ns();
  const std::uint64_t until = worker.died_wall_ns != 0 ? worker.died_wall_ns : now;
  fact(ui, x, width, "Started",
       fmt::format("{} ({})", clock_text(worker.started_wall_ns, now),
                   duration_text(worker.started_wall_ns, until)));
  const std::string call = call_text(worker);
  fact(ui, x, width, "Function", call.empty() ? "\xE2\x80\x93" : call);
  fact(ui, x, width, "Program",
       worker.executable.empty() ? "\xE2\x80\x93" : shown(worker.executable, limits::gui_cell_bytes));
  fact(ui, x, width, "Life", fmt::format("{:016x}", worker.address.incarnation));
  std::string anchors;
  for (const std::string& anchor : worker.anchors) {
    if (anchors.size() > limits::gui_detail_bytes) break;
    anchors += (anchors.empty() ? "" : "\n") + shown(anchor, limits::gui_cell_bytes);
  }
  fact(ui, x, width, "Anchors", anchors.empty() ? "\xE2\x80\x93" : anchors);
  if (!worker.address.endpoint.empty())
    fact(ui, x, width, "Socket", shown(worker.address.endpoint, limits::gui_cell_bytes));
}

void draw_notices(const Ui& ui, const spawn::WorkerRecord& worker, bool gone, float x, float width) {
  if (worker.state == spawn::WorkerState::dead || gone) {
    ImGui::SetCursorScreenPos({x, ImGui::GetCursorScreenPos().y + ui.px(4)});
    const Notice notice(ui, ui.colours.bad, width);
    std::string title = "Dead";
    if (worker.died_wall_ns != 0) title += " at " + clock_text(worker.died_wall_ns, ui.state.now_ns());
    paragraph(ui, ui.fonts.strong, ui.colours.bad, title, notice.inner_width());
    const std::string cause = shown_lines(worker.cause.text, limits::gui_detail_bytes);
    paragraph(ui, ui.fonts.body, ui.colours.ink, cause.empty() ? "It has left the cluster." : cause,
              notice.inner_width());
  }
  if (const Dashboard::Outcome* outcome = ui.state.outcome(worker.address.id)) {
    ImGui::SetCursorScreenPos({x, ImGui::GetCursorScreenPos().y + ui.px(4)});
    const bool failed = outcome->failure.has_value();
    const ImU32 edge = failed ? ui.colours.bad : ui.colours.ok;
    const Notice notice(ui, edge, width);
    const std::string title = failed ? fmt::format("The function ended: {}", name_of(outcome->failure->kind))
                                     : "The function returned";
    paragraph(ui, ui.fonts.strong, edge, title, notice.inner_width());
    paragraph(ui, ui.fonts.mono, ui.colours.ink,
              failed ? shown_lines(outcome->failure->text, limits::gui_detail_bytes)
                     : shown_lines(outcome->text, limits::gui_detail_bytes),
              notice.inner_width());
  }
}

/// One call of the worker: its age, whether it comes in or goes out, the other end, and what is called.
void draw_call(Ui& ui, const CallRows::Row& row, WorkerId worker, float x, float width) {
  const ImVec2 at(x, ImGui::GetCursorScreenPos().y);
  const float height = ui.px(24), end = x + width;
  const bool incoming = row.call->callee == worker;
  const WorkerId peer = incoming ? row.call->caller : row.call->callee;
  auto box = [&](float from, float to) {
    return Box{{x + ui.px(from), at.y}, {std::min(x + ui.px(to), end), at.y + height}};
  };
  const std::string age = call_age_text(row.call->started_wall_ns, ui.state.now_ns());
  text_in(ui, ui.fonts.mono, box(0, 54), ui.colours.ink, age);
  text_in(ui, ui.fonts.mono, box(58, 72), ui.colours.ink2, incoming ? "\xE2\x86\x90" : "\xE2\x86\x92");
  text_in(ui, ui.fonts.mono, box(76, 192), ui.colours.ink2, peer ? peer.string() : "\xE2\x80\x93");
  const std::string call = row.method + "(" + row.arguments + ")";
  text_in(ui, ui.fonts.mono, {{x + ui.px(202), at.y}, {end, at.y + height}}, ui.colours.ink, call);
  ImGui::GetWindowDrawList()->AddLine({x, at.y + height}, {end, at.y + height},
                                      mixed(ui.colours.line, ui.colours.pane, 0.45F));
  ui.drawn.add(Drawn::Kind::text, age + (incoming ? " in " : " out ") + peer.string() + " " + call, at,
               {end, at.y + height});
  ImGui::SetCursorScreenPos(at);
  ImGui::PushID(row.call);
  if (ImGui::InvisibleButton("##call", {width, height}) && peer) ui.state.select(peer);
  ImGui::PopID();
  ImGui::SetCursorScreenPos({x, at.y + height + 1});
}

void draw_calls(Ui& ui, WorkerId worker, float x, float width) {
  const std::vector<CallRows::Row> rows = ui.state.calls.of(worker);
  const float y = ImGui::GetCursorScreenPos().y + ui.px(6);
  const Box head{{x, y}, {x + width, y + ui.px(20)}};
  const float wide = text_in(ui, ui.fonts.strong, head, ui.colours.ink, "In flight");
  text_in(ui, ui.fonts.body, {{x + wide + ui.px(8), y}, head.max}, ui.colours.ink2,
          rows.empty() ? "no call" : counted(rows.size(), "call") + ", the oldest first");
  ImGui::SetCursorScreenPos({x, y + ui.px(24)});
  for (const CallRows::Row& row : rows) draw_call(ui, row, worker, x, width);
  ImGui::Dummy({width, ui.px(8)});
}

void draw_head(Ui& ui, const monitor::WorkerPointer& worker, bool gone, float x, float width) {
  const Box line{{x, ImGui::GetCursorScreenPos().y}, {x + width, ImGui::GetCursorScreenPos().y + ui.px(28)}};
  const std::string id = worker->address.id.string();
  state_dot(ui, {x + ui.px(4), line.min.y + line.height() / 2},
            gone ? spawn::WorkerState::dead : worker->state);
  const float wide =
      text_in(ui, ui.fonts.mono_title, {{x + ui.px(16), line.min.y}, line.max}, ui.colours.ink, id);
  ui.drawn.add(Drawn::Kind::text, "detail " + id, line.min, line.max);
  ImGui::SetCursorScreenPos(
      {x + ui.px(28) + wide, std::floor(line.min.y + (line.height() - ui.fonts.body->FontSize) / 2)});
  if (link(ui, "Copy")) ImGui::SetClipboardText(id.c_str());
  kill_button(ui, line);
  ImGui::SetCursorScreenPos({x, line.max.y + ui.px(4)});
  std::string what = call_text(*worker);
  if (what.empty()) what = "a worker without a function";
  paragraph(ui, ui.fonts.body, ui.colours.ink2,
            fmt::format("{} on {} \xC2\xB7 {}", what, shown(worker->address.host, limits::gui_cell_bytes),
                        gone ? "gone" : state_sentence(*worker)),
            width);
}

void draw_worker(Ui& ui, const monitor::WorkerPointer& worker) {
  const Box box = window_box();
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  ImGui::BeginChild("##worker", {box.width(), box.height()}, false, ImGuiWindowFlags_NoNav);
  const float x = box.min.x + ui.px(padding), width = ImGui::GetContentRegionAvail().x - ui.px(2 * padding);
  ImGui::SetCursorScreenPos({x, ImGui::GetCursorScreenPos().y + ui.px(10)});
  const bool gone = ui.state.selected_is_gone();
  draw_head(ui, worker, gone, x, width);
  const float rule = ImGui::GetCursorScreenPos().y + ui.px(8);
  ImGui::GetWindowDrawList()->AddRectFilled({box.min.x, rule}, {box.max.x, rule + ui.px(1)}, ui.colours.line);
  ImGui::SetCursorScreenPos({x, rule + ui.px(12)});
  draw_facts(ui, *worker, x, width);
  draw_notices(ui, *worker, gone, x, width);
  draw_calls(ui, worker->address.id, x, width);
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

}  // namespace

void draw_detail(Ui& ui) {
  const monitor::WorkerPointer worker = ui.state.selected_worker();
  if (worker) return draw_worker(ui, worker);
  Box box = window_box();
  const Box head = cut_top(ui, box, 34);
  const Box title{{head.min.x + ui.px(padding), head.min.y}, {head.max.x - ui.px(padding), head.max.y}};
  text_in(ui, ui.fonts.body, title, ui.colours.ink2, "Detail");
  if (!ui.state.marks().empty()) kill_button(ui, {{title.min.x, title.min.y + ui.px(3)}, title.max});
  ImGui::SetCursorScreenPos({box.min.x + ui.px(padding), box.min.y + ui.px(20)});
  paragraph(ui, ui.fonts.body, ui.colours.ink2, "Select a worker to see what it is and does.",
            box.width() - ui.px(2 * padding));
}

}  // namespace circuit::gui
