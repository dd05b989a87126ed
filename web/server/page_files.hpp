// What the build of the page hands over (page/build.mjs writes the definition).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace circuit::web {

struct PageFile {
  std::string_view path;
  std::span<const unsigned char> bytes;
};

std::span<const PageFile> page_files() noexcept;

}  // namespace circuit::web
