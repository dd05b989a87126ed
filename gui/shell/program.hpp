// The loop: sleeps until something changes, then draws it.
#pragma once

#include <optional>
#include <string>

#include "model/dashboard.hpp"
#include "shell/canvas.hpp"
#include "shell/script.hpp"
#include "shell/window.hpp"

namespace circuit::gui {

/// Thread safety: the drawing thread alone.
class Program {
 public:
  struct Options {
    /// A picture to write, of this panel or of everything, so many seconds after the first snapshot; then it
    /// ends.
    std::string screenshot;
    std::string panel;
    double after_s = 1;
    std::optional<Script> script;
  };

  Program(Window& window, Dashboard& state, const Clock& clock, Options options);
  /// Until the window is closed, the script has ended, or `ended` says so. A failure is the script's, or the
  /// screenshot's.
  Result<void> run(const std::function<bool()>& ended);
  ViewState& view() noexcept { return canvas_.view(); }

 private:
  double patience() const;
  bool is_due();
  bool draw();
  Result<void> after_frame();
  Result<void> take_screenshot(const std::string& file, const std::string& panel);

  Window& window_;
  Dashboard& state_;
  const Clock& clock_;
  Options options_;
  Canvas canvas_;
  /// Frames to draw before the next sleep: what an event brings about may show a frame later.
  int frames_ = 3;
  std::uint64_t drawn_at_ns_ = 0;
  /// The second of the clock whose ages are shown.
  std::uint64_t drawn_second_ = 0;
  std::uint64_t first_seen_ns_ = 0;
  /// The window has lost its picture.
  bool must_show_ = true;
  bool quit_ = false;
};

}  // namespace circuit::gui
