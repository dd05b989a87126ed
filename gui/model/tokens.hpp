// Colours by name. The page has the same, by the same names (web/page/src/style/tokens.css).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace circuit::gui {

/// 0xRRGGBB in each theme.
struct Token {
  std::string_view name;
  std::uint32_t dark;
  std::uint32_t light;
};

inline constexpr std::array<Token, 18> tokens = {{{"bg", 0x101418, 0xeef1f4},
                                                  {"pane", 0x151a20, 0xffffff},
                                                  {"raised", 0x1b2129, 0xf6f8fa},
                                                  {"line", 0x262e38, 0xdde3e9},
                                                  {"hover", 0x1f2731, 0xf0f4f8},
                                                  {"sel", 0x173350, 0xdcebfb},
                                                  {"ink", 0xe3e8ee, 0x17202a},
                                                  {"ink2", 0x9aa7b4, 0x56636f},
                                                  {"ink3", 0x66727f, 0x8895a1},
                                                  {"accent", 0x58a6ff, 0x0b63c5},
                                                  {"on-accent", 0x06121f, 0xffffff},
                                                  {"ok", 0x3fb08f, 0x0f7b5c},
                                                  {"warn", 0xd9a23b, 0x95650a},
                                                  {"bad", 0xe5676b, 0xb8323a},
                                                  {"on-bad", 0x1a0507, 0xffffff},
                                                  {"call", 0x58a6ff, 0x0b63c5},
                                                  {"io", 0xa78bfa, 0x6d4bd0},
                                                  {"mem", 0x4fb3bf, 0x0e7481}}};

}  // namespace circuit::gui
