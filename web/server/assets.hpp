// The page's files, which are part of the program.
#pragma once

#include <optional>
#include <string_view>

namespace circuit::web {

struct Asset {
  std::string_view path;
  std::string_view content_type;
  std::string_view content;
};

/// The file that is served under `path`, if there is one.
std::optional<Asset> asset_at(std::string_view path) noexcept;

}  // namespace circuit::web
