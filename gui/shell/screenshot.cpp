#include "shell/screenshot.hpp"

#include <GL/gl.h>
#include <fmt/format.h>
#include <png.h>
#include <vector>

namespace circuit::gui {

Result<void> write_screenshot(const std::string& file, const PixelBox& box, int window_height) {
  if (box.width <= 0 || box.height <= 0)
    return failure(ErrorKind::invalid, fmt::format("cannot write {}: there is nothing to be seen", file));
  const std::size_t row_bytes = static_cast<std::size_t>(box.width) * 3;
  std::vector<unsigned char> pixels(row_bytes * static_cast<std::size_t>(box.height));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(box.x, window_height - box.y - box.height, box.width, box.height, GL_RGB, GL_UNSIGNED_BYTE,
               pixels.data());
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(box.width);
  image.height = static_cast<png_uint_32>(box.height);
  image.format = PNG_FORMAT_RGB;
  // OpenGL counts rows from below, which a negative stride turns round.
  const auto stride = -static_cast<png_int_32>(row_bytes);
  if (png_image_write_to_file(&image, file.c_str(), 0, pixels.data(), stride, nullptr) == 0)
    return failure(ErrorKind::failed, fmt::format("cannot write {}: {}", file, image.message));
  return {};
}

}  // namespace circuit::gui
