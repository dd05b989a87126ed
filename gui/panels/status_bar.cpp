// The line at the bottom: whether what is shown is true now.
#include <algorithm>

#include "base/limits.hpp"
#include "model/text.hpp"
#include "panels/widgets.hpp"

namespace circuit::gui {
namespace {

std::string silence_text(const Ui& ui, const monitor::HostState& host) {
  if (host.heard_wall_ns == 0) return "never heard";
  const std::uint64_t now = ui.state.now_ns();
  return "stale " + seconds_text(now > host.heard_wall_ns ? now - host.heard_wall_ns : 0);
}

/// A sign and a text at `x`; returns where the next one begins.
float item(const Ui& ui, const Box& line, float x, spawn::WorkerState state, const std::string& text) {
  const bool well = state == spawn::WorkerState::live;
  state_dot(ui, {x + ui.px(4), line.min.y + line.height() / 2}, state);
  const Box box{{x + ui.px(14), line.min.y}, {line.max.x - ui.px(16), line.max.y}};
  const float wide = text_in(ui, ui.fonts.small, box, well ? ui.colours.ink2 : state_colour(ui, state), text);
  ui.drawn.add(Drawn::Kind::text, text, {x, line.min.y}, {box.min.x + wide, line.max.y});
  return box.min.x + wide + ui.px(16);
}

}  // namespace

void draw_status_bar(Ui& ui) {
  const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  const Box line{at, {at.x + size.x, at.y + size.y}};
  const Dashboard& state = ui.state;
  float x = line.min.x + ui.px(16);
  if (state.waiting())
    x = item(ui, line, x, spawn::WorkerState::suspect, "Looking for an agent\xE2\x80\xA6");
  else if (state.connected())
    x = item(ui, line, x, spawn::WorkerState::live, "Connected to " + counted(state.heard_hosts(), "host"));
  else
    x = item(ui, line, x, spawn::WorkerState::dead, "Disconnected: what you see is stale; trying again");
  for (const monitor::HostState& host : state.hosts()) {
    if (host.connected) continue;
    const std::string trouble =
        host.trouble.empty() ? "not heard" : shown(host.trouble, limits::gui_cell_bytes);
    x = item(ui, line, x, spawn::WorkerState::suspect,
             shown(host.host, 128) + ": " + silence_text(ui, host) + ", " + trouble);
    if (x > line.max.x) break;
  }
  const std::string who = state.busy() ? "working\xE2\x80\xA6" : "operator";
  const float width = width_of(ui.fonts.small, who);
  if (x < line.max.x - width - ui.px(32))
    text_in(ui, ui.fonts.small, {{line.max.x - ui.px(16) - width - 1, line.min.y}, {line.max.x, line.max.y}},
            ui.colours.ink2, who);
}

}  // namespace circuit::gui
