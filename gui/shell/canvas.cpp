#include "shell/canvas.hpp"

#include <cmath>

#include "panels/commands.hpp"

namespace circuit::gui {
namespace {

/// One step of Ctrl + makes everything a tenth larger.
constexpr float zoom_step = 1.1F;

bool is_dark(ThemeChoice theme) {
  if (theme == ThemeChoice::system) return system_is_dark();
  return theme == ThemeChoice::dark;
}

}  // namespace

float Canvas::scale_for(float content_scale) const {
  return content_scale * std::pow(zoom_step, static_cast<float>(view_.zoom));
}

bool Canvas::prepare(float content_scale) {
  const bool new_fonts = needs_fonts(content_scale);
  const bool dark = is_dark(state_.theme);
  scale_ = scale_for(content_scale);
  if (new_fonts) {
    missing_.clear();
    fonts_ = load_fonts(*ImGui::GetIO().Fonts, scale_, missing_);
  }
  if (new_fonts || dark != dark_) {
    colours_ = colours_of(dark);
    apply_style(colours_, scale_);
  }
  dark_ = dark;
  return new_fonts;
}

void Canvas::draw(InputQueue& input) {
  ImGuiIO& io = ImGui::GetIO();
  input.feed(io, [this](const InputEvent& event) { return obey(event, state_, view_); });
  // With a dialog open, Tab and Space reach its buttons; without, the keys are the dashboard's own.
  if (state_.dialog != Dialog::none)
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  else
    io.ConfigFlags &= ~ImGuiConfigFlags_NavEnableKeyboard;
  ImGui::NewFrame();
  Ui ui{state_, view_, drawn_, colours_, fonts_, scale_};
  draw_everything(ui);
}

}  // namespace circuit::gui
