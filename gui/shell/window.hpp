// The window: GLFW, OpenGL and ImGui's backends, behind one door.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "shell/input_queue.hpp"
#include "shell/screenshot.hpp"

struct GLFWwindow;

namespace circuit::gui {

/// Thread safety: the thread that has opened it alone, but wake().
class Window {
 public:
  struct Size {
    int width = 1440;
    int height = 900;
  };
  /// Opens a window and makes ImGui's context. `unreachable` where there is no display.
  static Result<std::unique_ptr<Window>> open(Size size, const std::string& title);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Ends a wait(), from any thread; nothing after the last window has been closed.
  static void wake();
  /// Sleeps until something happens, or so long. 0: only takes what has happened.
  void wait(double seconds);
  bool should_close() const;
  /// Takes it off the screen; what runs may take its time to end.
  void hide();
  bool is_iconified() const;
  /// Pixels per point, as the desktop asks for it.
  float content_scale() const;
  InputQueue& input() noexcept { return input_; }
  /// True once after wake().
  static bool take_wake();
  /// True once after the window has to be drawn again for reasons of its own.
  bool take_damage();

  /// The typefaces are to be loaded in between: `forget` before, `take` after.
  void forget_font_texture();
  void take_font_texture();

  /// ImGui's frame: begin, draw, then end, which draws on the window but does not show it yet.
  void begin_frame();
  /// False: it is the same as the last one, so nothing was drawn and there is nothing to show; not with
  /// `always`.
  bool end_frame(ImU32 background, bool always);
  void show_frame();
  Result<void> screenshot(const std::string& file, PixelBox box) const;
  PixelBox whole() const;

 private:
  explicit Window(GLFWwindow* window);
  void listen();

  GLFWwindow* window_;
  InputQueue input_;
  bool damaged_ = true;
  /// Of what was drawn last.
  std::size_t picture_ = 0;
};

}  // namespace circuit::gui
