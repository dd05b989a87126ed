#include "shell/program.hpp"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <utility>

#include "base/log.hpp"

namespace circuit::gui {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
/// No more frames than this, also where nothing else holds them back.
constexpr std::uint64_t frame_ns = 16'000'000;
constexpr double iconified_s = 0.5;
constexpr double script_s = 0.01;
/// Nothing has been heard: a picture is taken all the same.
constexpr double screenshot_patience_s = 10;

}  // namespace

Program::Program(Window& window, Dashboard& state, const Clock& clock, Options options)
    : window_(window), state_(state), clock_(clock), options_(std::move(options)), canvas_(state) {}

/// Seconds to sleep at most before the next frame.
double Program::patience() const {
  const std::uint64_t now = clock_.now_ns();
  const std::uint64_t next_frame = drawn_at_ns_ + frame_ns;
  const double until_frame = now >= next_frame ? 0 : static_cast<double>(next_frame - now) / 1e9;
  if (frames_ > 0 || !window_.input().empty() || !state_.is_up_to_date()) return until_frame;
  if (options_.script) return script_s;
  if (window_.is_iconified()) return iconified_s;
  // Ages tick with the seconds of the clock.
  const std::uint64_t wall = clock_.wall_ns();
  return static_cast<double>(second_ns - wall % second_ns) / 1e9;
}

/// Whether there is a reason to draw.
bool Program::is_due() {
  const std::uint64_t second = clock_.wall_ns() / second_ns;
  const bool ticked = std::exchange(drawn_second_, second) != second;
  if (Window::take_wake() || ticked) frames_ = std::max(frames_, 1);
  return frames_ > 0 || !state_.is_up_to_date() || options_.script.has_value() ||
         !options_.screenshot.empty();
}

Result<void> Program::run(const std::function<bool()>& ended) {
  while (!window_.should_close() && !quit_ && !ended()) {
    window_.wait(patience());
    state_.set_looked_at(!window_.is_iconified());
    if (window_.is_iconified() && !options_.script) {
      frames_ = 1;
      continue;
    }
    if (window_.take_damage()) must_show_ = true;
    if (!window_.input().empty() || must_show_) frames_ = 3;
    // The window system wakes this for much that changes nothing.
    if (!is_due()) continue;
    if (clock_.now_ns() < drawn_at_ns_ + frame_ns) {
      // Something has come before its time: the next round draws it.
      frames_ = std::max(frames_, 1);
      continue;
    }
    const bool drawn = draw();
    if (auto done = after_frame(); done.has_error()) return done;
    if (drawn) window_.show_frame();
  }
  return {};
}

/// False: there is nothing to show that is not shown already.
bool Program::draw() {
  drawn_at_ns_ = clock_.now_ns();
  state_.take_in();
  const float scale = window_.content_scale();
  if (canvas_.needs_fonts(scale)) window_.forget_font_texture();
  if (canvas_.prepare(scale)) {
    window_.take_font_texture();
    must_show_ = true;
    if (!canvas_.missing_fonts().empty()) log::warn("{}", canvas_.missing_fonts());
  }
  window_.begin_frame();
  canvas_.draw(window_.input());
  frames_ = std::max(frames_ - 1, 0);
  const bool always = must_show_ || options_.script.has_value() || !options_.screenshot.empty();
  must_show_ = false;
  return window_.end_frame(canvas_.colours().line, always);
}

Result<void> Program::after_frame() {
  const std::uint64_t now = clock_.now_ns();
  if (options_.script) {
    auto wish = options_.script->step(canvas_.drawn(), window_.input(), now);
    if (wish.has_error()) return wish.error();
    if (!wish->print.empty()) {
      std::fwrite(wish->print.data(), 1, wish->print.size(), stdout);
      std::fflush(stdout);
    }
    quit_ = wish->quit;
    if (wish->screenshot) return take_screenshot(wish->screenshot->file, wish->screenshot->panel);
    return {};
  }
  if (options_.screenshot.empty()) return {};
  if (first_seen_ns_ == 0) first_seen_ns_ = now;
  const double seen_s = static_cast<double>(now - first_seen_ns_) / 1e9;
  const bool heard = !state_.waiting();
  frames_ = std::max(frames_, 1);
  if (seen_s < (heard ? options_.after_s : std::max(options_.after_s, screenshot_patience_s))) return {};
  quit_ = true;
  return take_screenshot(options_.screenshot, options_.panel);
}

Result<void> Program::take_screenshot(const std::string& file, const std::string& panel) {
  if (panel.empty()) return window_.screenshot(file, window_.whole());
  const Drawn::Item* item = canvas_.drawn().find(Drawn::Kind::panel, panel);
  if (item == nullptr)
    return failure(
        ErrorKind::invalid,
        fmt::format("there is no panel {} to be seen; there are bar, strip, anchors, centre, detail, status, "
                    "and the dialogs spawn, kill and keys",
                    panel));
  return window_.screenshot(
      file, {static_cast<int>(item->min.x), static_cast<int>(item->min.y),
             static_cast<int>(item->max.x - item->min.x), static_cast<int>(item->max.y - item->min.y)});
}

}  // namespace circuit::gui
