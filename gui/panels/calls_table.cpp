// The calls in flight.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "model/text.hpp"
#include "model/worker_text.hpp"
#include "panels/pane_parts.hpp"

namespace circuit::gui {
namespace {

constexpr float row_points = 26;

struct TableColumn {
  const char* title;
  Align align;
  float width;
  bool shares;
};

enum Cell : std::size_t { age, call, phase, caller, callee, depth, cell_count };

constexpr std::array<TableColumn, cell_count> columns = {{{"Age", Align::right, 82, false},
                                                          {"Call", Align::left, 1.8F, true},
                                                          {"Phase", Align::left, 84, false},
                                                          {"Caller", Align::left, 1, true},
                                                          {"Callee", Align::left, 1, true},
                                                          {"Depth", Align::right, 60, false}}};

/// The id, and what the process does where that is known.
std::string end_text(const Ui& ui, WorkerId id) {
  if (!id) return "\xE2\x80\x93";
  const WorkerEntry* entry = ui.state.workers.find(id);
  if (entry == nullptr) return id.string();
  const spawn::WorkerRecord& worker = *entry->worker;
  const std::string name = worker.function.empty() ? worker.app ? "app" : "" : shown(worker.function, 80);
  return name.empty() ? id.string() : id.string() + " " + name;
}

std::string cell_text(const Ui& ui, const CallRows::Row& row, std::size_t cell) {
  switch (cell) {
    case age: return call_age_text(row.call->started_wall_ns, ui.state.now_ns());
    case call: return row.method + "(" + row.arguments + ")";
    case phase: return std::string(name_of(row.call->phase));
    case caller: return end_text(ui, row.call->caller);
    case callee: return end_text(ui, row.call->callee);
    default: return std::to_string(row.call->depth);
  }
}

void draw_tooltip(const Ui& ui, const CallRows::Row& row) {
  const monitor::Call& one = *row.call;
  begin_tooltip(ui);
  auto line = [&](const std::string& text) {
    paragraph(ui, ui.fonts.mono, ui.colours.ink, text, ui.px(520));
  };
  line(one.descriptor.empty() ? row.method : shown(one.descriptor, limits::gui_cell_bytes));
  line(fmt::format("[{}]  {}", row.arguments, bytes_text(one.argument_bytes)));
  line("from " + end_text(ui, one.caller));
  line("to   " + end_text(ui, one.callee));
  std::string facts = fmt::format("call {}, chain {:x}, object {}", one.id, one.chain, one.object);
  if (one.thread != 0) facts += fmt::format(", thread {}", one.thread);
  line(facts);
  if (one.deadline_wall_ns > ui.state.now_ns())
    line("deadline in " + seconds_text(one.deadline_wall_ns - ui.state.now_ns()));
  else if (one.deadline_wall_ns != 0)
    line("its deadline is over");
  end_tooltip();
}

void draw_cell(const Ui& ui, const CallRows::Row& row, std::size_t cell, const std::string& text) {
  const Colours& c = ui.colours;
  Box box = cell_box(ui, ui.px(row_points));
  ImU32 ink = cell == caller || cell == callee || cell == depth ? c.ink2 : c.ink;
  const bool late = row.call->deadline_wall_ns != 0 && row.call->deadline_wall_ns <= ui.state.now_ns();
  if (cell == age && late) ink = c.bad;
  if (cell == phase && row.call->phase != monitor::CallPhase::running) ink = c.warn;
  if (cell == call && row.indent > 0) {
    // A nested call hangs below the one within which it was made.
    const float x = box.min.x + ui.px(14 * static_cast<float>(row.indent));
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float middle = std::floor(box.min.y + box.height() / 2), left = std::floor(x - ui.px(10)) + 0.5F;
    list.AddLine({left, box.min.y}, {left, middle}, c.ink3);
    list.AddLine({left, middle}, {x - ui.px(3), middle}, c.ink3);
    box.min.x = x;
  }
  text_in(ui, cell == phase ? ui.fonts.body : ui.fonts.mono, box, ink, text, columns[cell].align);
}

void draw_row(Ui& ui, const CallRows::Row& row, int index) {
  ImGui::TableNextRow(0, ui.px(row_points));
  ImGui::TableSetColumnIndex(0);
  ImGui::PushID(index);
  const bool pressed =
      ImGui::Selectable("##row", false, ImGuiSelectableFlags_SpanAllColumns, {0, ui.px(row_points) - 1});
  const bool hovered = ImGui::IsItemHovered();
  const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
  ImGui::PopID();
  std::string words;
  for (std::size_t cell = 0; cell < cell_count; ++cell) {
    const std::string text = cell_text(ui, row, cell);
    words += text + '\t';
    if (ImGui::TableSetColumnIndex(static_cast<int>(cell))) draw_cell(ui, row, cell, text);
  }
  ImGui::TableSetColumnIndex(0);
  ImGui::PushClipRect(min, max, false);
  ui.drawn.add(Drawn::Kind::call, words, min, max);
  ImGui::PopClipRect();
  if (hovered) draw_tooltip(ui, row);
  if (ui.state.is_selected(*row.call)) ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0, ui.colours.sel);
  if (pressed) ui.state.select_call(*row.call);
}

void draw_table(Ui& ui, const Box& box, const std::vector<CallRows::Row>& rows) {
  ImGui::SetCursorScreenPos(box.min);
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_Resizable |
                                    ImGuiTableFlags_Reorderable | ImGuiTableFlags_Hideable |
                                    ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoBordersInBody |
                                    ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_PadOuterX;
  if (!ImGui::BeginTable("##calls", cell_count, flags, {box.width(), box.height()})) return;
  ImGui::TableSetupScrollFreeze(0, 1);
  // ImGui's widths are without the padding at both sides.
  for (const TableColumn& column : columns)
    ImGui::TableSetupColumn(
        column.title, column.shares ? ImGuiTableColumnFlags_WidthStretch : ImGuiTableColumnFlags_WidthFixed,
        column.shares ? column.width : ui.px(column.width - 16));
  // Where there is little room: the depth is seen by the indent.
  ImGui::TableSetColumnEnabled(depth, box.width() >= ui.px(620));
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers, ui.px(28));
  for (std::size_t cell = 0; cell < cell_count; ++cell)
    if (ImGui::TableSetColumnIndex(static_cast<int>(cell)))
      column_header(ui, columns[cell].title, columns[cell].align, cell == age ? -1 : 0);
  if (ui.state.take_scroll_wish()) {
    const std::ptrdiff_t selected = ui.state.selected_call_row();
    const float height = ui.px(row_points), top = static_cast<float>(selected) * height;
    const float room = ImGui::GetWindowHeight() - ui.px(28);
    if (selected >= 0 && top < ImGui::GetScrollY()) ImGui::SetScrollY(top);
    if (selected >= 0 && top + height > ImGui::GetScrollY() + room) ImGui::SetScrollY(top + height - room);
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows.size()), ui.px(row_points));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(ui, rows[static_cast<std::size_t>(i)], i);
  ImGui::EndTable();
}

void draw_nothing(Ui& ui, const Box& box) {
  ImGui::SetCursorScreenPos(box.min);
  ImGui::BeginChild("##nothing", {box.width(), box.height()}, false, ImGuiWindowFlags_NoNav);
  const monitor::CallsPointer& reading = ui.state.calls.calls();
  if (!reading)
    empty_state(ui, "The calls have not been read yet.", "They are shown as soon as an agent has told them.");
  else if (!reading->trouble.empty())
    empty_state(ui, "The calls cannot be read.", shown(reading->trouble, limits::gui_cell_bytes));
  else if (ui.state.calls.size() > 0)
    empty_state(ui, "Nothing matches.",
                "None of " + counted(ui.state.calls.size(), "call") + " matches the filter.");
  else
    empty_state(ui, "No call is in flight.",
                "A call is here from the moment at which it is made until its answer has come. Spawn sleep "
                "to see one.");
  ImGui::EndChild();
}

}  // namespace

void draw_calls_table(Ui& ui) {
  Box box = window_box();
  draw_tabs(ui, cut_top(ui, box, 34));
  const Box foot = cut_bottom(ui, box, 28);
  const auto& rows = ui.state.calls.rows();
  if (rows.empty())
    draw_nothing(ui, box);
  else
    draw_table(ui, box, rows);
  std::string text =
      count_text(rows.size()) + " of " + count_text(ui.state.calls.size()) + " shown, the oldest first";
  if (const auto& reading = ui.state.calls.calls(); reading && reading->untold > 0)
    text += "; " + count_text(reading->untold) + " more ends are not told";
  text_in(ui, ui.fonts.small, {{foot.min.x + ui.px(12), foot.min.y}, foot.max}, ui.colours.ink2, text);
  draw_hints(ui, foot, {{"1", "workers"}, {"2", "calls"}});
}

}  // namespace circuit::gui
