#include "model/tokens.hpp"

#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace circuit::gui {
namespace {

TEST(Tokens, AreThoseOfThePage) {
  std::ifstream file(CIRCUIT_TOKENS);
  std::stringstream text;
  text << file.rdbuf();
  const std::string css = text.str();
  const std::size_t dark = css.find("[data-theme=\"dark\"]"), light = css.find("[data-theme=\"light\"]");
  ASSERT_NE(dark, std::string::npos);
  ASSERT_NE(light, std::string::npos);
  ASSERT_LT(dark, light);
  for (const Token& token : tokens) {
    const std::string in_dark = fmt::format("--{}: #{:06x};", token.name, token.dark);
    const std::string in_light = fmt::format("--{}: #{:06x};", token.name, token.light);
    EXPECT_NE(css.substr(dark, light - dark).find(in_dark), std::string::npos) << in_dark;
    EXPECT_NE(css.find(in_light, light), std::string::npos) << in_light;
  }
}

}  // namespace
}  // namespace circuit::gui
