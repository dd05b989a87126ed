// The table of workers in the middle.
#include <algorithm>
#include <array>

#include "model/text.hpp"
#include "model/worker_text.hpp"
#include "panels/pane_parts.hpp"

namespace circuit::gui {
namespace {

constexpr float row_points = 26;
constexpr float head_points = 28;

struct TableColumn {
  Column column;
  const char* title;
  Align align;
  /// Points, or for those that share what is left: how much of it.
  float width;
  bool shares;
};

constexpr std::array<TableColumn, column_count> columns = {
    {{Column::state, "State", Align::left, 112, false},
     {Column::id, "Worker", Align::left, 148, false},
     {Column::host, "Host", Align::left, 0.7F, true},
     {Column::pid, "PID", Align::right, 72, false},
     {Column::function, "Function", Align::left, 1.7F, true},
     {Column::anchors, "Anchors", Align::left, 1, true},
     {Column::age, "Age", Align::right, 76, false}}};

void set_up_columns(const Ui& ui) {
  ImGui::TableSetupScrollFreeze(0, 1);
  // ImGui's widths are without the padding at both sides.
  for (const TableColumn& column : columns)
    ImGui::TableSetupColumn(
        column.title, column.shares ? ImGuiTableColumnFlags_WidthStretch : ImGuiTableColumnFlags_WidthFixed,
        column.shares ? column.width : ui.px(column.width - 16));
}

void draw_header(Ui& ui) {
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers, ui.px(head_points));
  const Order order = ui.state.workers.order();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!ImGui::TableSetColumnIndex(static_cast<int>(i))) continue;
    const int sorted = columns[i].column != order.column ? 0 : order.descending ? -1 : 1;
    if (column_header(ui, columns[i].title, columns[i].align, sorted))
      ui.state.workers.sort_by(columns[i].column);
  }
}

std::string age_cell(const Ui& ui, const spawn::WorkerRecord& worker) {
  if (worker.state == spawn::WorkerState::dead) return death_text(worker);
  return age_text(worker.started_wall_ns, ui.state.now_ns());
}

/// One cell's text, as it is shown and as a script finds it.
std::string cell_text(const Ui& ui, const WorkerEntry& entry, Column column) {
  const spawn::WorkerRecord& worker = *entry.worker;
  switch (column) {
    case Column::state: return std::string(name_of(worker.state));
    case Column::id: return worker.address.id.string();
    case Column::host: return shown(worker.address.host, 256);
    case Column::pid: return std::to_string(worker.address.pid);
    case Column::function: return entry.call;
    case Column::anchors: return entry.anchors;
    case Column::age: return age_cell(ui, worker);
  }
  return {};
}

void draw_cell(const Ui& ui, const WorkerEntry& entry, const TableColumn& column, std::string& words,
               bool selected) {
  const Colours& c = ui.colours;
  const spawn::WorkerState state = entry.worker->state;
  const bool dead = state == spawn::WorkerState::dead;
  Box box = cell_box(ui, ui.px(row_points));
  const std::string text = cell_text(ui, entry, column.column);
  words += text + '\t';
  ImFont* font = ui.fonts.mono;
  ImU32 ink = dead ? c.ink2 : c.ink;
  if (column.column == Column::state) {
    state_dot(ui, {box.min.x + ui.px(4), box.min.y + box.height() / 2}, state);
    box.min.x += ui.px(14);
    const bool plain = selected || state == spawn::WorkerState::live || state == spawn::WorkerState::starting;
    ink = plain ? c.ink : state_colour(ui, state);
  }
  if (column.column == Column::state || column.column == Column::host || column.column == Column::age)
    font = ui.fonts.body;
  if (column.column == Column::anchors || column.column == Column::age) ink = c.ink2;
  text_in(ui, font, box, ink, text, column.align);
  // What has been cut can be read whole where the mouse is.
  const bool cut = width_of(font, text) > box.width();
  if (cut && ImGui::IsMouseHoveringRect(box.min, box.max) && ImGui::IsWindowHovered()) {
    begin_tooltip(ui);
    paragraph(ui, font, c.ink, text, std::min(ui.px(520), std::ceil(width_of(font, text)) + 1));
    end_tooltip();
  }
}

void draw_row(Ui& ui, const WorkerEntry& entry) {
  const WorkerId id = entry.worker->address.id;
  const bool selected = ui.state.selected() == id, marked = ui.state.marks().contains(id);
  ImGui::TableNextRow(0, ui.px(row_points));
  ImGui::TableSetColumnIndex(0);
  ImGui::PushID(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(id.value)));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  // What is selected looks so under the mouse too.
  const ImU32 under_mouse = selected ? faded(ui.colours.sel, 0) : ui.colours.hover;
  ImGui::PushStyleColor(ImGuiCol_HeaderHovered, under_mouse);
  ImGui::PushStyleColor(ImGuiCol_HeaderActive, under_mouse);
  const bool pressed =
      ImGui::Selectable("##row", false, ImGuiSelectableFlags_SpanAllColumns, {0, ui.px(row_points) - 1});
  ImGui::PopStyleColor(2);
  const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
  ImGui::PopID();
  if (selected || marked)
    ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg0,
                           selected ? ui.colours.sel : mixed(ui.colours.sel, ui.colours.pane, 0.55F));
  std::string words;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (ImGui::TableSetColumnIndex(static_cast<int>(i))) draw_cell(ui, entry, columns[i], words, selected);
  ImGui::TableSetColumnIndex(0);
  if (marked)
    ImGui::GetWindowDrawList()->AddRectFilled({min.x, at.y}, {min.x + ui.px(3), at.y + ui.px(row_points)},
                                              ui.colours.accent);
  // The clip of the first cell ends where the row does not.
  ImGui::PushClipRect(min, max, false);
  ui.drawn.add(Drawn::Kind::row, words, min, max);
  ImGui::PopClipRect();
  if (!pressed) return;
  ui.view.tree_has_keyboard = false;
  ui.state.select(id);
  if (ImGui::GetIO().KeyCtrl) ui.state.toggle_mark(id);
}

/// The keyboard moves the selection; the table follows it.
void follow_selection(Ui& ui) {
  if (!ui.state.take_scroll_wish()) return;
  const std::ptrdiff_t row = ui.state.selected_row();
  if (row < 0) return;
  const float height = ui.px(row_points), top = static_cast<float>(row) * height;
  const float room = ImGui::GetWindowHeight() - ui.px(head_points);
  if (top < ImGui::GetScrollY()) ImGui::SetScrollY(top);
  if (top + height > ImGui::GetScrollY() + room) ImGui::SetScrollY(top + height - room);
}

void draw_nothing(Ui& ui) {
  Dashboard& state = ui.state;
  if (state.waiting()) {
    empty_state(
        ui, "No agent is heard yet.",
        "Circuit looks for one and shows it as soon as it is there. `circuit up` starts one on this host.");
    return;
  }
  const bool filtered = state.workers.size() > 0;
  if (filtered)
    empty_state(ui, "Nothing matches.",
                "None of " + counted(state.workers.size(), "worker") + " matches the filter.");
  else
    empty_state(ui, "No worker runs.",
                "Spawn one here, or in a terminal: circuit spawn -d localhost -a /t sleep 60");
  const char* label = filtered ? "Clear the filter" : "Spawn a worker";
  const float width = button_width(ui, label, filtered ? "Esc" : "N");
  ImGui::SetCursorPosX(std::floor((ImGui::GetWindowWidth() - width) / 2));
  if (!button(ui, label, filtered ? Look::plain : Look::primary, filtered || state.connected(),
              filtered ? "Esc" : "N"))
    return;
  if (filtered)
    state.set_filter({});
  else
    state.ask_to_spawn();
}

void draw_table(Ui& ui, const Box& box) {
  ImGui::SetCursorScreenPos(box.min);
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_Resizable |
                                    ImGuiTableFlags_Reorderable | ImGuiTableFlags_Hideable |
                                    ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoBordersInBody |
                                    ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_PadOuterX;
  const auto& rows = ui.state.visible();
  if (!ImGui::BeginTable("##workers", static_cast<int>(columns.size()), flags, {box.width(), box.height()}))
    return;
  set_up_columns(ui);
  // Where there is little room, what the detail shows as well goes first.
  ImGui::TableSetColumnEnabled(static_cast<int>(Column::anchors), box.width() >= ui.px(700));
  ImGui::TableSetColumnEnabled(static_cast<int>(Column::host), box.width() >= ui.px(600));
  follow_selection(ui);
  draw_header(ui);
  ui.view.page_rows =
      std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(box.height() / ui.px(row_points)) - 2);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows.size()), ui.px(row_points));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(ui, *rows[static_cast<std::size_t>(i)]);
  ImGui::EndTable();
}

}  // namespace

void draw_worker_table(Ui& ui) {
  Box box = window_box();
  draw_tabs(ui, cut_top(ui, box, 34));
  const Box foot = cut_bottom(ui, box, 28);
  const std::size_t visible = ui.state.visible().size();
  if (visible == 0) {
    ImGui::SetCursorScreenPos(box.min);
    ImGui::BeginChild("##nothing", {box.width(), box.height()}, false, ImGuiWindowFlags_NoNav);
    draw_nothing(ui);
    ImGui::EndChild();
  } else {
    draw_table(ui, box);
  }
  std::string text = count_text(visible) + " of " + count_text(ui.state.workers.size()) + " shown";
  if (!ui.state.marks().empty()) text += "    " + count_text(ui.state.marks().size()) + " marked";
  text_in(ui, ui.fonts.small, {{foot.min.x + ui.px(12), foot.min.y}, foot.max}, ui.colours.ink2, text);
  ui.drawn.add(Drawn::Kind::text, text, foot.min, foot.max);
  draw_hints(ui, foot, {{"Space", "mark"}, {"Del", "kill"}, {"?", "all keys"}});
}

}  // namespace circuit::gui
