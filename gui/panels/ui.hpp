// What every panel draws with.
#pragma once

#include <cmath>
#include <cstdint>
#include <imgui.h>

#include "model/dashboard.hpp"
#include "shell/colours.hpp"
#include "shell/drawn.hpp"
#include "shell/fonts.hpp"

namespace circuit::gui {

/// Wishes that live from one frame to the next and are of no interest beyond the drawing.
struct ViewState {
  bool focus_filter = false;
  /// The keyboard types into the filter.
  bool filter_active = false;
  /// A dialog has opened with this frame: its first field gets the keyboard.
  bool dialog_opened = false;
  Dialog last_dialog = Dialog::none;
  /// Steps by which a person has made everything larger, or smaller.
  int zoom = 0;
  static constexpr int most_zoom = 6;
  /// Widths of the outer panes in points, once a person has moved their edges; 0: by the window's width.
  float left_width = 0;
  float right_width = 0;
  /// The line of the anchor tree at which the keyboard stands.
  std::ptrdiff_t tree_row = -1;
  bool tree_has_keyboard = false;
  /// Rows that fit into the table, for PgUp and PgDn.
  std::ptrdiff_t page_rows = 20;
};

/// One frame's surroundings. Thread safety: none; the drawing thread alone.
struct Ui {
  Dashboard& state;
  ViewState& view;
  Drawn& drawn;
  const Colours& colours;
  const Fonts& fonts;
  /// Pixels per point.
  float scale = 1;

  float px(float points) const { return std::floor(points * scale + 0.5F); }
};

/// Draws the whole window, of the display's size. The dashboard must have taken in what is new.
void draw_everything(Ui& ui);

// Each draws itself into the current window, which has the size that it is to fill.
void draw_top_bar(Ui& ui);
void draw_strip(Ui& ui);
void draw_anchor_tree(Ui& ui);
void draw_worker_table(Ui& ui);
void draw_calls_table(Ui& ui);
void draw_detail(Ui& ui);
void draw_status_bar(Ui& ui);
/// These open over everything else, when the dashboard's state says so.
void draw_spawn_dialog(Ui& ui);
void draw_kill_dialog(Ui& ui);
void draw_keys_dialog(Ui& ui);

}  // namespace circuit::gui
