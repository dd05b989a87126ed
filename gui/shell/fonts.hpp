// The typefaces: Inter for words, JetBrains Mono for what is compared sign by sign.
#pragma once

#include <imgui.h>
#include <string>

namespace circuit::gui {

/// Never null once loaded; where a file is missing, another face stands in.
struct Fonts {
  ImFont* small = nullptr;
  ImFont* body = nullptr;
  ImFont* medium = nullptr;
  ImFont* strong = nullptr;
  ImFont* title = nullptr;
  ImFont* figure = nullptr;
  ImFont* mono = nullptr;
  ImFont* mono_small = nullptr;
  ImFont* mono_title = nullptr;
};

/// Clears the atlas and fills it at `scale` pixels per point; the body font is ImGui's default one. `missing`
/// gets a sentence for each file that was not there.
Fonts load_fonts(ImFontAtlas& atlas, float scale, std::string& missing);

}  // namespace circuit::gui
