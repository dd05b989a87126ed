// Frames: fonts, colours and panels put together, in whatever window, or none.
#pragma once

#include <optional>
#include <string>

#include "model/dashboard.hpp"
#include "panels/ui.hpp"
#include "shell/input_queue.hpp"

namespace circuit::gui {

/// Needs ImGui's context. Thread safety: none; the drawing thread alone.
class Canvas {
 public:
  explicit Canvas(Dashboard& state) : state_(state) {}

  /// Loads typefaces and style where scale or theme have changed. True: the typefaces are new.
  bool prepare(float content_scale);
  /// Whether prepare() will load typefaces.
  bool needs_fonts(float content_scale) const { return scale_for(content_scale) != scale_; }
  /// One frame, from the input to the last panel, between a backend's NewFrame and ImGui::Render().
  void draw(InputQueue& input);

  const Drawn& drawn() const noexcept { return drawn_; }
  const Colours& colours() const noexcept { return colours_; }
  ViewState& view() noexcept { return view_; }
  /// Typefaces that were not there; empty: all were.
  const std::string& missing_fonts() const noexcept { return missing_; }

 private:
  float scale_for(float content_scale) const;

  Dashboard& state_;
  ViewState view_;
  Drawn drawn_;
  Colours colours_{};
  Fonts fonts_;
  std::string missing_;
  float scale_ = 0;
  std::optional<bool> dark_;
};

}  // namespace circuit::gui
