// What the window shows, as a PNG.
#pragma once

#include <string>

#include "base/result.hpp"

namespace circuit::gui {

/// A part of the window, in pixels from its upper left corner.
struct PixelBox {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

/// Reads what was drawn and not yet swapped of a window of that height, and writes it. Needs the window's
/// OpenGL context; the drawing thread alone.
Result<void> write_screenshot(const std::string& file, const PixelBox& box, int window_height);

}  // namespace circuit::gui
