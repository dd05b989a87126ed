#include "model/preferences.hpp"

#include <gtest/gtest.h>

#include "gui/scenes.hpp"
#include "support/temporary.hpp"

namespace circuit::gui {
namespace {

TEST(Preferences, ComeBackAsTheyWereSaved) {
  const support::TemporaryDirectory directory;
  const auto file = directory.path() / "deep" / "er" / "desktop.json";
  EXPECT_EQ(load_preferences(file), Preferences());
  const Preferences wanted{ThemeChoice::light, -3, 210.5F, 400, {Column::host, true}};
  ASSERT_TRUE(save_preferences(file, wanted).has_value());
  EXPECT_EQ(load_preferences(file), wanted);
}

TEST(Preferences, WhatMakesNoSenseIsLeftOut) {
  EXPECT_EQ(parse_preferences(R"({"theme":7,"zoom":1e9,"left":-1,"right":"x","column":99,"descending":1})"),
            Preferences());
  EXPECT_EQ(parse_preferences(R"({"theme":1,"zoom":[]})").theme, ThemeChoice::dark);
  for (const std::string& text : testing::hostile_texts()) EXPECT_EQ(parse_preferences(text), Preferences());
}

}  // namespace
}  // namespace circuit::gui
