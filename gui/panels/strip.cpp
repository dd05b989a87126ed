// The strip of figures. Each is measured; a click on one filters by it.
#include <algorithm>
#include <array>

#include "model/text.hpp"
#include "panels/widgets.hpp"

namespace circuit::gui {
namespace {

struct Figure {
  std::string label;
  std::string value;
  std::string small;
  /// Where it stands in a sample; none: it has no line.
  int sample = -1;
  ImU32 colour = 0;
  /// What a click sets the filter to.
  const char* filter = nullptr;
  bool calls = false;
};

/// Seconds run from right to left, so a young window has a short line at the right and not a stretched one.
void draw_spark(const Ui& ui, const Box& box, std::size_t which, ImU32 colour) {
  const auto& history = ui.state.history();
  if (history.size() < 2) return;
  double least = history.front().values[which], most = least;
  for (const auto& sample : history) {
    least = std::min(least, sample.values[which]);
    most = std::max(most, sample.values[which]);
  }
  const double span = std::max(most - least, 1.0);
  std::array<ImVec2, 64> points;
  std::size_t count = 0;
  for (std::size_t i = 0; i < history.size() && count < points.size(); ++i) {
    const float back = static_cast<float>(history.size() - 1 - i) * box.width() / 59;
    const auto share = static_cast<float>((history[i].values[which] - least) / span);
    points[count++] = {box.max.x - back, box.max.y - ui.px(3) - share * (box.height() - ui.px(8))};
  }
  ImGui::GetWindowDrawList()->AddPolyline(points.data(), static_cast<int>(count), colour, 0, 1.5F * ui.scale);
}

void draw_figure(Ui& ui, const Figure& figure, const Box& box) {
  const Colours& c = ui.colours;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  bool hovered = false;
  if (figure.filter != nullptr || figure.calls) {
    ImGui::SetCursorScreenPos(box.min);
    ImGui::PushID(figure.label.c_str());
    const bool pressed = ImGui::InvisibleButton("##figure", {box.width(), box.height()});
    hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    if (pressed && figure.filter != nullptr) ui.state.set_filter(figure.filter);
    if (pressed) ui.state.tab = figure.calls ? Tab::calls : Tab::workers;
  }
  list.AddRectFilled(box.min, box.max, hovered ? c.hover : c.pane);
  const float left = box.min.x + ui.px(16), right = box.max.x - ui.px(8);
  text_in(ui, ui.fonts.small, {{left, box.min.y + ui.px(9)}, {right, box.min.y + ui.px(24)}}, c.ink2,
          figure.label);
  const Box line{{left - ui.px(1), box.min.y + ui.px(24)}, {right, box.min.y + ui.px(54)}};
  const float wide = text_in(ui, ui.fonts.figure, line, c.ink, figure.value);
  text_in(ui, ui.fonts.body, {{line.min.x + wide + ui.px(7), line.min.y + ui.px(6)}, line.max}, c.ink2,
          figure.small);
  ui.drawn.add(Drawn::Kind::widget, figure.label, box.min, box.max);
  const float spark = box.width() < ui.px(190) ? 0 : std::min(ui.px(92), box.width() - ui.px(130));
  if (figure.sample >= 0 && spark > ui.px(30))
    draw_spark(ui,
               {{box.max.x - ui.px(10) - spark, box.max.y - ui.px(36)},
                {box.max.x - ui.px(10), box.max.y - ui.px(6)}},
               static_cast<std::size_t>(figure.sample), figure.colour);
}

}  // namespace

void draw_strip(Ui& ui) {
  const Colours& c = ui.colours;
  const WorkerIndex::Figures& now = ui.state.workers.figures();
  const std::string since = clock_text(ui.state.opened_at_ns(), ui.state.now_ns()).substr(0, 5);
  const std::string apps = now.apps == 0 ? "" : "+ " + counted(now.apps, "app");
  const std::array<Figure, 6> figures = {
      {{"Workers", count_text(now.workers), apps, 0, c.ok, ""},
       {"Suspect", count_text(now.suspect), "", 1, c.warn, "state:suspect"},
       {"Died since " + since, count_text(now.died), "", 2, c.bad, "state:dead"},
       {"Spawned since " + since, count_text(now.spawned), "", 3, c.call},
       {"Calls in flight", count_text(ui.state.calls.size()), "", 4, c.io, nullptr, true},
       {"Hosts heard", count_text(ui.state.heard_hosts()), "of " + count_text(ui.state.hosts().size())}}};
  const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
  ImGui::GetWindowDrawList()->AddRectFilled(at, {at.x + size.x, at.y + size.y}, c.line);
  const float gap = ui.px(1), width = (size.x + gap) / figures.size();
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const float left = std::floor(at.x + width * static_cast<float>(i));
    const float right =
        i + 1 == figures.size() ? at.x + size.x : std::floor(at.x + width * static_cast<float>(i + 1)) - gap;
    draw_figure(ui, figures[i], {{left, at.y}, {right, at.y + size.y}});
  }
}

}  // namespace circuit::gui
