#include "shell/fonts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <imgui_freetype.h>
#include <string_view>

namespace circuit::gui {
namespace {

struct Face {
  std::array<const char*, 3> files;
  /// Ascent and descent together, by the size of the letters: ImGui asks for the former, design for the
  /// latter.
  float line;
};

constexpr Face regular = {
    {"/usr/share/fonts/opentype/inter/Inter-Regular.otf", "/usr/share/fonts/truetype/inter/Inter-Regular.ttf",
     "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"},
    1.21F};
constexpr Face medium = {
    {"/usr/share/fonts/opentype/inter/Inter-Medium.otf", "/usr/share/fonts/truetype/inter/Inter-Medium.ttf",
     "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"},
    1.21F};
constexpr Face semi_bold = {{"/usr/share/fonts/opentype/inter/Inter-SemiBold.otf",
                             "/usr/share/fonts/truetype/inter/Inter-SemiBold.ttf",
                             "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"},
                            1.21F};
constexpr Face mono = {{"/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf",
                        "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", nullptr},
                       1.32F};

/// Between the thousands of a figure. JetBrains Mono has none.
constexpr ImWchar narrow_space = 0x202F;

/// Latin, Greek, Cyrillic, punctuation, arrows, and the sign for what is no character.
constexpr std::array<ImWchar, 15> ranges = {0x20,   0x17F,  0x370,  0x3FF,  0x400,  0x4FF,  0x2010, 0x203A,
                                            0x20AC, 0x20AC, 0x2190, 0x2193, 0xFFFD, 0xFFFD, 0};

constexpr std::array<ImWchar, 3> replacement = {0xFFFD, 0xFFFD, 0};

const char* first_file(const Face& face) {
  for (const char* file : face.files) {
    std::error_code error;
    if (file != nullptr && std::filesystem::is_regular_file(file, error)) return file;
  }
  return nullptr;
}

ImFont* add(ImFontAtlas& atlas, const Face& face, float points, float scale, std::string& missing) {
  ImFontConfig config;
  config.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  config.SizePixels = std::round(points * face.line * scale * 2) / 2;
  const char* file = first_file(face);
  if (file != face.files[0] && missing.find(face.files[0]) == std::string::npos)
    missing += fmt::format("{} is not there; the package fonts-inter or fonts-jetbrains-mono has it. ",
                           face.files[0]);
  if (file == nullptr) return atlas.AddFontDefault(&config);
  ImFont* font = atlas.AddFontFromFileTTF(file, config.SizePixels, &config, ranges.data());
  // Inter has no sign for what is no character; the other face's goes into it.
  if (const char* other = first_file(mono); &face != &mono && other != nullptr) {
    config.MergeMode = true;
    atlas.AddFontFromFileTTF(other, config.SizePixels, &config, replacement.data());
  }
  return font;
}

/// Digits of one width, so that figures in a column stand one below the other.
void align_digits(ImFont& font) {
  float widest = 0;
  for (ImWchar c = '0'; c <= '9'; ++c) widest = std::max(widest, font.FindGlyph(c)->AdvanceX);
  for (ImWchar c = '0'; c <= '9'; ++c) {
    auto* glyph = const_cast<ImFontGlyph*>(font.FindGlyph(c));
    const float shift = std::floor((widest - glyph->AdvanceX) / 2);
    glyph->X0 += shift;
    glyph->X1 += shift;
    glyph->AdvanceX = widest;
    font.IndexAdvanceX[c] = widest;
  }
}

}  // namespace

Fonts load_fonts(ImFontAtlas& atlas, float scale, std::string& missing) {
  atlas.Clear();
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  auto font = [&](const Face& face, float points) { return add(atlas, face, points, scale, missing); };
  Fonts fonts;
  fonts.body = font(regular, 12.5F);
  fonts.small = font(regular, 11);
  fonts.medium = font(medium, 12);
  fonts.strong = font(semi_bold, 13);
  fonts.title = font(semi_bold, 16);
  fonts.figure = font(semi_bold, 22);
  fonts.mono = font(mono, 11.5F);
  fonts.mono_small = font(mono, 11);
  fonts.mono_title = font(mono, 14);
  atlas.Build();
  for (ImFont* one : atlas.Fonts)
    if (one->FindGlyphNoFallback(narrow_space) == nullptr) one->AddRemapChar(narrow_space, ' ');
  for (ImFont* one : {fonts.body, fonts.small, fonts.medium, fonts.strong, fonts.title, fonts.figure})
    align_digits(*one);
  return fonts;
}

}  // namespace circuit::gui
