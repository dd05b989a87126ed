#include "panels/commands.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <algorithm>
#include <imgui_internal.h>

#include "model/filter.hpp"

namespace circuit::gui {
namespace {

using Kind = InputEvent::Kind;

bool is_key(const InputEvent& event, int key) { return event.kind == Kind::key && event.code == key; }

bool obey_in_filter(const InputEvent& event, Dashboard& state) {
  if (is_key(event, GLFW_KEY_ESCAPE)) {
    ImGui::ClearActiveID();
    state.set_filter({});
    return true;
  }
  if (!is_key(event, GLFW_KEY_ENTER) && !is_key(event, GLFW_KEY_KP_ENTER) && !is_key(event, GLFW_KEY_DOWN))
    return false;
  ImGui::ClearActiveID();
  if (state.selected_row() < 0) state.select_row(0);
  return true;
}

bool obey_in_dialog(const InputEvent& event, Dashboard& state) {
  if (is_key(event, GLFW_KEY_ESCAPE)) {
    state.close_dialog();
    return true;
  }
  const bool enter = is_key(event, GLFW_KEY_ENTER) || is_key(event, GLFW_KEY_KP_ENTER);
  // Enter sends the spawn form; it never kills.
  if (enter && state.dialog == Dialog::spawn) state.send_spawn();
  if (enter && state.dialog == Dialog::keys) state.close_dialog();
  return enter && state.dialog != Dialog::kill;
}

/// Folding what is folded goes to what holds it.
void go_out(const std::vector<AnchorTree::Row>& rows, ViewState& view) {
  const std::size_t depth = rows[static_cast<std::size_t>(view.tree_row)].depth;
  for (std::ptrdiff_t i = view.tree_row - 1; i >= 0; --i)
    if (rows[static_cast<std::size_t>(i)].depth < depth) {
      view.tree_row = i;
      return;
    }
}

bool obey_in_tree(const InputEvent& event, Dashboard& state, ViewState& view) {
  const auto& rows = state.tree.rows();
  if (event.kind != Kind::key || rows.empty()) return false;
  const auto last = static_cast<std::ptrdiff_t>(rows.size()) - 1;
  view.tree_row = std::clamp<std::ptrdiff_t>(view.tree_row, 0, last);
  const AnchorTree::Row row = rows[static_cast<std::size_t>(view.tree_row)];
  const bool folds = row.directory != nullptr;
  switch (event.code) {
    case GLFW_KEY_DOWN: view.tree_row = std::min(view.tree_row + 1, last); return true;
    case GLFW_KEY_UP: view.tree_row = std::max<std::ptrdiff_t>(view.tree_row - 1, 0); return true;
    case GLFW_KEY_HOME: view.tree_row = 0; return true;
    case GLFW_KEY_END: view.tree_row = last; return true;
    case GLFW_KEY_RIGHT:
      if (folds && !row.unfolded)
        state.tree.set_unfolded(row.directory->path, true);
      else
        view.tree_row = std::min(view.tree_row + 1, last);
      return true;
    case GLFW_KEY_LEFT:
      if (folds && row.unfolded)
        state.tree.set_unfolded(row.directory->path, false);
      else
        go_out(rows, view);
      return true;
    case GLFW_KEY_ENTER:
    case GLFW_KEY_KP_ENTER:
      if (folds)
        state.set_filter(with_anchor(state.workers.filter(), row.directory->path));
      else
        state.select(row.worker->address.id);
      return true;
    default: return false;
  }
}

bool runs(const Command& command, const InputEvent& event) {
  if (event.kind == Kind::character)
    return !command.control && event.character < 0x80 &&
           command.characters.find(static_cast<char>(event.character)) != std::string::npos;
  const bool control = (event.modifiers & GLFW_MOD_CONTROL) != 0;
  return control == command.control &&
         std::find(command.keys.begin(), command.keys.end(), event.code) != command.keys.end();
}

}  // namespace

const std::vector<Command>& commands() {
  using S = Dashboard;
  using V = ViewState;
  static const std::vector<Command> all = {
      {{"/"}, "Filter", {}, "/", false, [](S&, V& v) { v.focus_filter = true; }},
      {{"N"}, "Spawn a worker", {}, "nN", false, [](S& s, V&) { s.ask_to_spawn(); }},
      {{"j", "\xE2\x86\x93"}, "Next row", {GLFW_KEY_DOWN}, "j", false, [](S& s, V&) { s.move_selection(1); }},
      {{"k", "\xE2\x86\x91"},
       "Previous row",
       {GLFW_KEY_UP},
       "k",
       false,
       [](S& s, V&) { s.move_selection(-1); }},
      {{"PgDn"},
       "A page further",
       {GLFW_KEY_PAGE_DOWN},
       "",
       false,
       [](S& s, V& v) { s.move_selection(v.page_rows); }},
      {{"PgUp"},
       "A page back",
       {GLFW_KEY_PAGE_UP},
       "",
       false,
       [](S& s, V& v) { s.move_selection(-v.page_rows); }},
      {{"g", "Home"}, "First row", {GLFW_KEY_HOME}, "g", false, [](S& s, V&) { s.select_row(0); }},
      {{"G", "End"}, "Last row", {GLFW_KEY_END}, "G", false, [](S& s, V&) { s.select_row(PTRDIFF_MAX); }},
      {{"Enter"},
       "The other end of the selected call",
       {GLFW_KEY_ENTER, GLFW_KEY_KP_ENTER},
       "",
       false,
       [](S& s, V&) { s.turn_call(); }},
      {{"Space"},
       "Mark the worker, or take its mark away",
       {},
       " ",
       false,
       [](S& s, V&) {
         s.toggle_mark(s.selected());
         s.move_selection(1);
       }},
      {{"Ctrl A"},
       "Mark all that the filter shows",
       {GLFW_KEY_A},
       "",
       true,
       [](S& s, V&) { s.mark_all_visible(); }},
      {{"Del", "K"},
       "Kill the marked workers, or the selected one",
       {GLFW_KEY_DELETE},
       "K",
       false,
       [](S& s, V&) { s.ask_to_kill(); }},
      {{"Esc"},
       "Take back marks, then the filter, then the selection",
       {GLFW_KEY_ESCAPE},
       "",
       false,
       [](S& s, V&) { s.step_back(); }},
      {{"1"}, "The workers", {}, "1", false, [](S& s, V&) { s.tab = Tab::workers; }},
      {{"2"}, "The calls in flight", {}, "2", false, [](S& s, V&) { s.tab = Tab::calls; }},
      {{"t"}, "Dark, light, or as the system", {}, "t", false, [](S& s, V&) { s.next_theme(); }},
      {{"Ctrl +", "Ctrl \xE2\x80\x93"},
       "Larger, smaller",
       {GLFW_KEY_EQUAL, GLFW_KEY_KP_ADD},
       "",
       true,
       [](S&, V& v) { v.zoom = std::min(v.zoom + 1, ViewState::most_zoom); }},
      {{},
       "",
       {GLFW_KEY_MINUS, GLFW_KEY_KP_SUBTRACT},
       "",
       true,
       [](S&, V& v) { v.zoom = std::max(v.zoom - 1, -ViewState::most_zoom); }},
      {{"Ctrl 0"}, "The usual size", {GLFW_KEY_0, GLFW_KEY_KP_0}, "", true, [](S&, V& v) { v.zoom = 0; }},
      {{"?"}, "These keys", {}, "?", false, [](S& s, V&) { s.dialog = Dialog::keys; }},
  };
  return all;
}

bool obey(const InputEvent& event, Dashboard& state, ViewState& view) {
  if (state.dialog != Dialog::none) return obey_in_dialog(event, state);
  if (view.filter_active) return obey_in_filter(event, state);
  if (ImGui::GetIO().WantTextInput || view.focus_filter) return false;
  if (view.tree_has_keyboard && obey_in_tree(event, state, view)) return true;
  const auto& all = commands();
  auto found =
      std::find_if(all.begin(), all.end(), [&](const Command& command) { return runs(command, event); });
  if (found == all.end()) return false;
  if (event.kind == Kind::key) view.tree_has_keyboard = false;
  found->run(state, view);
  return true;
}

}  // namespace circuit::gui
