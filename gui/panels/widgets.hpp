// Buttons, fields and text in the looks of the tokens. All of them tell Drawn what stands where.
#pragma once

#include <string>
#include <string_view>

#include "panels/ui.hpp"

namespace circuit::gui {

struct Box {
  ImVec2 min, max;
  float width() const { return max.x - min.x; }
  float height() const { return max.y - min.y; }
};

enum class Align { left, right, centre };

/// Draws text in one line, in the middle of the box's height, cut with an ellipsis where it does not fit.
/// Returns the width of what was drawn.
float text_in(const Ui& ui, ImFont* font, const Box& box, ImU32 colour, std::string_view text,
              Align align = Align::left);
float width_of(ImFont* font, std::string_view text);
/// Text at the cursor, wrapped at `width`; moves the cursor below it.
void paragraph(const Ui& ui, ImFont* font, ImU32 colour, std::string_view text, float width);

/// The sign of a state: colour and shape.
void state_dot(const Ui& ui, ImVec2 centre, spawn::WorkerState state);
ImU32 state_colour(const Ui& ui, spawn::WorkerState state);

/// A key as it is printed on a keyboard, at `x` in the middle of the box; returns its width.
float key_cap(const Ui& ui, const Box& box, float x, std::string_view key);

enum class Look { plain, quiet, primary, danger, solid_danger };
/// A button at the cursor. `hint`: a key, drawn behind the label. The label is what a script clicks.
bool button(const Ui& ui, const char* label, Look look, bool enabled = true, const char* hint = nullptr);
/// The width that button() will have.
float button_width(const Ui& ui, std::string_view label, const char* hint = nullptr);
/// A word to click, within text.
bool link(const Ui& ui, const char* label);

struct FieldLook {
  const char* placeholder = nullptr;
  bool wrong = false;
  bool enabled = true;
  /// More than 1: several lines.
  int lines = 1;
  /// What is typed shows as dots. One line.
  bool hidden = false;
  /// The keyboard goes there with this frame.
  bool focus = false;
};
/// A field of the given width at the cursor; true when its text has changed.
bool field(const Ui& ui, const char* label, std::string& text, float width, const FieldLook& look);
bool checkbox(const Ui& ui, const char* label, bool& on);

/// A box with a coloured edge at the left: begin, draw paragraphs, end.
class Notice {
 public:
  Notice(const Ui& ui, ImU32 edge, float width);
  ~Notice();
  Notice(const Notice&) = delete;
  Notice& operator=(const Notice&) = delete;
  float inner_width() const noexcept { return inner_width_; }

 private:
  const Ui& ui_;
  ImU32 edge_;
  ImVec2 min_;
  float width_, inner_width_;
};

/// Begins a child window at the box, filled with the pane's colour and known to scripts by its name.
bool begin_pane(const Ui& ui, const char* name, const Box& box, ImGuiWindowFlags flags = 0);
void end_pane(const Ui& ui, const Box& box, bool may_be_stale);

/// The header of a table's column, over its whole cell; true when it was clicked.
bool column_header(const Ui& ui, const char* title, Align align, int sorted);
/// The box of the current cell of a table, without its padding.
Box cell_box(const Ui& ui, float row_height);

/// A box at the mouse, for paragraphs.
void begin_tooltip(const Ui& ui);
void end_tooltip();
void tooltip(const Ui& ui, std::string_view text);

/// What stands in a pane that has nothing to show: a title and lines below it, in the middle.
void empty_state(const Ui& ui, std::string_view title, std::string_view text);

}  // namespace circuit::gui
