#include "shell/colours.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/paths.hpp"
#include "model/text.hpp"
#include "model/tokens.hpp"

namespace circuit::gui {
namespace {

ImU32 colour(std::string_view name, bool dark) {
  const auto* token =
      std::find_if(tokens.begin(), tokens.end(), [&](const Token& one) { return one.name == name; });
  const std::uint32_t rgb = dark ? token->dark : token->light;
  return IM_COL32((rgb >> 16U) & 0xFFU, (rgb >> 8U) & 0xFFU, rgb & 0xFFU, 0xFF);
}

ImVec4 vector_of(ImU32 colour) { return ImGui::ColorConvertU32ToFloat4(colour); }

constexpr std::size_t settings_bytes = 64 * 1024;

}  // namespace

Colours colours_of(bool dark) {
  auto get = [dark](std::string_view name) { return colour(name, dark); };
  return {get("bg"),     get("pane"), get("raised"), get("line"),      get("hover"), get("sel"),  get("ink"),
          get("ink2"),   get("ink3"), get("accent"), get("on-accent"), get("ok"),    get("warn"), get("bad"),
          get("on-bad"), get("call"), get("io"),     get("mem"),       dark};
}

ImU32 faded(ImU32 colour, float opacity) {
  ImVec4 v = vector_of(colour);
  v.w *= opacity;
  return ImGui::ColorConvertFloat4ToU32(v);
}

ImU32 mixed(ImU32 a, ImU32 b, float share) {
  const ImVec4 x = vector_of(a), y = vector_of(b);
  auto between = [share](float p, float q) { return p * share + q * (1 - share); };
  return ImGui::ColorConvertFloat4ToU32({between(x.x, y.x), between(x.y, y.y), between(x.z, y.z), 1});
}

void apply_style(const Colours& c, float scale) {
  ImGuiStyle style;
  style.WindowPadding = {0, 0};
  style.WindowMinSize = {1, 1};
  style.WindowRounding = style.ChildRounding = 0;
  style.WindowBorderSize = style.ChildBorderSize = 0;
  style.PopupRounding = 6;
  style.PopupBorderSize = 1;
  style.FramePadding = {8, 6};
  style.FrameRounding = 4;
  style.FrameBorderSize = 1;
  style.ItemSpacing = style.ItemInnerSpacing = {8, 4};
  style.CellPadding = {8, 0};
  style.ScrollbarSize = 10;
  style.ScrollbarRounding = 5;
  style.ScaleAllSizes(std::max(scale, 1.0F));
  auto set = [&](ImGuiCol where, ImU32 what) { style.Colors[where] = vector_of(what); };
  set(ImGuiCol_Text, c.ink);
  set(ImGuiCol_TextDisabled, c.ink2);
  set(ImGuiCol_WindowBg, c.line);
  set(ImGuiCol_ChildBg, c.pane);
  set(ImGuiCol_PopupBg, c.pane);
  set(ImGuiCol_Border, c.line);
  for (ImGuiCol where : {ImGuiCol_FrameBg, ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive}) set(where, c.bg);
  set(ImGuiCol_ScrollbarBg, faded(c.line, 0));
  set(ImGuiCol_ScrollbarGrab, c.line);
  set(ImGuiCol_ScrollbarGrabHovered, c.ink3);
  set(ImGuiCol_ScrollbarGrabActive, c.ink3);
  set(ImGuiCol_CheckMark, c.accent);
  set(ImGuiCol_Button, c.raised);
  set(ImGuiCol_ButtonHovered, c.hover);
  set(ImGuiCol_ButtonActive, c.hover);
  set(ImGuiCol_Header, c.sel);
  set(ImGuiCol_HeaderHovered, c.hover);
  set(ImGuiCol_HeaderActive, c.hover);
  set(ImGuiCol_TableHeaderBg, c.pane);
  set(ImGuiCol_TableBorderStrong, c.line);
  set(ImGuiCol_TableBorderLight, mixed(c.line, c.pane, 0.45F));
  set(ImGuiCol_TextSelectedBg, faded(c.accent, 0.35F));
  set(ImGuiCol_NavHighlight, c.accent);
  set(ImGuiCol_ModalWindowDimBg, IM_COL32(5, 8, 11, 140));
  set(ImGuiCol_SeparatorHovered, c.accent);
  set(ImGuiCol_SeparatorActive, c.accent);
  ImGui::GetStyle() = style;
}

bool system_is_dark() {
  if (const char* named = std::getenv("GTK_THEME"); named != nullptr && *named != '\0')
    return folded(named).find("dark") != std::string::npos;
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  std::filesystem::path folder = config != nullptr ? config : "";
  if (folder.empty() && home != nullptr) folder = std::filesystem::path(home) / ".config";
  auto settings = read_file(folder / "gtk-3.0" / "settings.ini", settings_bytes);
  if (settings.has_error()) return true;
  std::string text = folded(*settings);
  std::erase(text, ' ');
  if (text.find("gtk-application-prefer-dark-theme") == std::string::npos) return true;
  return text.find("prefer-dark-theme=1") != std::string::npos ||
         text.find("prefer-dark-theme=true") != std::string::npos;
}

}  // namespace circuit::gui
