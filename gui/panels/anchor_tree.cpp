// The anchor tree at the left.
#include <algorithm>

#include "model/text.hpp"
#include "panels/pane_parts.hpp"

namespace circuit::gui {
namespace {

constexpr float row_points = 24;

void fold_mark(const Ui& ui, ImVec2 centre, bool unfolded) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float r = 3 * ui.scale;
  if (unfolded)
    list.AddTriangleFilled({centre.x - r, centre.y - r * 0.6F}, {centre.x + r, centre.y - r * 0.6F},
                           {centre.x, centre.y + r * 0.9F}, ui.colours.ink2);
  else
    list.AddTriangleFilled({centre.x - r * 0.6F, centre.y - r}, {centre.x + r * 0.9F, centre.y},
                           {centre.x - r * 0.6F, centre.y + r}, ui.colours.ink2);
}

bool is_chosen(const Ui& ui, const AnchorTree::Row& row) {
  if (row.worker != nullptr) return ui.state.selected() == row.worker->address.id;
  const auto& tokens = ui.state.workers.filter().tokens;
  return std::any_of(tokens.begin(), tokens.end(), [&](const FilterToken& token) {
    return token.text == "anchor:" + row.directory->path ||
           token.text == "anchor:\"" + row.directory->path + "\"";
  });
}

/// What a click on the row does, beside its mark for folding.
void act(Ui& ui, const AnchorTree::Row& row) {
  if (row.worker != nullptr)
    ui.state.select(row.worker->address.id);
  else
    ui.state.set_filter(with_anchor(ui.state.workers.filter(), row.directory->path));
}

void draw_row_text(const Ui& ui, const AnchorTree::Row& row, const Box& box, float x) {
  if (row.worker != nullptr) {
    state_dot(ui, {x + ui.px(4), box.min.y + box.height() / 2}, row.worker->state);
    text_in(ui, ui.fonts.mono, {{x + ui.px(15), box.min.y}, {box.max.x - ui.px(8), box.max.y}},
            ui.colours.ink2, row.worker->address.id.string());
    return;
  }
  const std::string name = (row.depth == 0 ? "/" : "") + shown(row.directory->name, 256);
  const std::string count = count_text(row.directory->count);
  const float room = box.max.x - ui.px(12) - std::ceil(width_of(ui.fonts.mono_small, count));
  text_in(ui, ui.fonts.body, {{x, box.min.y}, {room - ui.px(6), box.max.y}}, ui.colours.ink, name);
  text_in(ui, ui.fonts.mono_small, {{room, box.min.y}, {box.max.x, box.max.y}}, ui.colours.ink2, count);
}

void draw_row(Ui& ui, const AnchorTree::Row& row, std::ptrdiff_t index) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Box box{at, {at.x + ImGui::GetContentRegionAvail().x, at.y + ui.px(row_points)}};
  ImGui::PushID(static_cast<int>(index));
  const bool pressed = ImGui::InvisibleButton("##row", {box.width(), box.height()});
  const bool hovered = ImGui::IsItemHovered();
  ImGui::PopID();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (is_chosen(ui, row))
    list.AddRectFilled(box.min, box.max, ui.colours.sel);
  else if (hovered)
    list.AddRectFilled(box.min, box.max, ui.colours.hover);
  if (ui.view.tree_has_keyboard && ui.view.tree_row == index)
    list.AddRect(box.min, box.max, ui.colours.accent);
  const float x = box.min.x + ui.px(10 + 16 * static_cast<float>(std::min<std::size_t>(row.depth, 12)));
  if (row.directory != nullptr) fold_mark(ui, {x + ui.px(7), box.min.y + box.height() / 2}, row.unfolded);
  draw_row_text(ui, row, box, x + ui.px(20));
  const std::string path =
      row.worker != nullptr ? row.holder->path + "/" + row.worker->address.id.string() : row.directory->path;
  ui.drawn.add(Drawn::Kind::widget, shown(path, 512), {x + ui.px(18), box.min.y}, box.max);
  if (row.directory != nullptr)
    ui.drawn.add(Drawn::Kind::widget, "fold " + shown(row.directory->path, 512), {x, box.min.y},
                 {x + ui.px(16), box.max.y});
  if (!pressed) return;
  ui.view.tree_has_keyboard = true;
  ui.view.tree_row = index;
  if (row.directory != nullptr && ImGui::GetIO().MousePos.x < x + ui.px(18))
    ui.state.tree.set_unfolded(row.directory->path, !row.unfolded);
  else
    act(ui, row);
}

void draw_rows(Ui& ui, const Box& box) {
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0, 0});
  ImGui::BeginChild("##tree", {box.width(), box.height()}, false, ImGuiWindowFlags_NoNav);
  ImGui::Dummy({1, ui.px(8)});
  // A copy: a click changes what the rows are made of.
  const std::vector<AnchorTree::Row> rows = ui.state.tree.rows();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows.size()), ui.px(row_points));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(ui, rows[static_cast<std::size_t>(i)], i);
  if (rows.empty()) {
    ImGui::SetCursorScreenPos({box.min.x + ui.px(12), box.min.y + ui.px(20)});
    paragraph(ui, ui.fonts.body, ui.colours.ink2, "A directory is here as long as a worker stands in it.",
              box.width() - ui.px(24));
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

}  // namespace

void draw_anchor_tree(Ui& ui) {
  Box box = window_box();
  const Box head = cut_top(ui, box, 34), foot = cut_bottom(ui, box, 28);
  const Box title{{head.min.x + ui.px(12), head.min.y}, {head.max.x - ui.px(12), head.max.y}};
  text_in(ui, ui.fonts.body, title, ui.colours.ink2, "Anchors");
  text_in(ui, ui.fonts.mono_small, title, ui.colours.ink2, count_text(ui.state.tree.count()), Align::right);
  draw_rows(ui, box);
  float x = foot.min.x + ui.px(12);
  for (const auto& [key, word] :
       {std::pair{"\xE2\x86\x90", ""}, {"\xE2\x86\x92", "fold"}, {"Enter", "filter"}}) {
    x += key_cap(ui, foot, x, key) + ui.px(8);
    x += text_in(ui, ui.fonts.small, {{x, foot.min.y}, foot.max}, ui.colours.ink2, word);
    x += *word != '\0' ? ui.px(10) : 0;
  }
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left))
    ui.view.tree_has_keyboard = ImGui::IsMouseHoveringRect(box.min, box.max);
}

}  // namespace circuit::gui
