#include "server/assets.hpp"

#include <array>
#include <utility>

#include "server/page_files.hpp"

namespace circuit::web {
namespace {

std::string_view content_type_of(std::string_view path) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> types{
      {{".html", "text/html; charset=utf-8"},
       {".js", "text/javascript; charset=utf-8"},
       {".css", "text/css; charset=utf-8"},
       {".svg", "image/svg+xml"}}};
  for (auto [suffix, type] : types)
    if (path.ends_with(suffix)) return type;
  return "application/octet-stream";
}

}  // namespace

std::optional<Asset> asset_at(std::string_view path) noexcept {
  if (path == "/") path = "/index.html";
  for (const PageFile& file : page_files())
    if (file.path == path)
      return Asset{file.path,
                   content_type_of(path),
                   {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}};
  return std::nullopt;
}

}  // namespace circuit::web
