#include "shell/script.hpp"

#include <gtest/gtest.h>

namespace circuit::gui {
namespace {

std::string problem_of(const std::string& text) {
  auto script = Script::parse(text);
  return script.has_error() ? script.error().text : "";
}

TEST(Script, TakesEveryKindOfLineAndRemarks) {
  EXPECT_EQ(
      problem_of(
          "# a remark\n\nclick \"Spawn\"  # and one behind\nfill seconds 60\ntype a b\nkey Ctrl+A\n"
          "wait row sleep\nwait gone x\nprint call y\npause 0.1\ntimeout 3\nscreenshot a.png detail\nquit"),
      "");
}

TEST(Script, NamesTheLineThatMakesNoSense) {
  EXPECT_NE(problem_of("quit\njump high\n").find("line 2 (`jump high`): a line is one of"),
            std::string::npos);
  EXPECT_NE(problem_of("click \"x").find("line 1: a quote has no end"), std::string::npos);
  EXPECT_NE(problem_of("key Any").find("there is no such key"), std::string::npos);
  EXPECT_NE(problem_of("wait for it").find("wait row"), std::string::npos);
  EXPECT_NE(problem_of("pause long").find("seconds"), std::string::npos);
}

TEST(Script, ALineThatCannotBeDoneInItsTimeIsAFailure) {
  auto script = Script::parse("timeout 2\nclick \"Nowhere\"");
  ASSERT_TRUE(script.has_value());
  Drawn drawn;
  InputQueue input;
  std::uint64_t now = 1;
  Result<Script::Wish> wish = Script::Wish{};
  for (int i = 0; i < 100 && wish.has_value() && !wish->quit; ++i)
    wish = script->step(drawn, input, now += 100'000'000);
  ASSERT_TRUE(wish.has_error());
  EXPECT_EQ(wish.error().text, "script, line 2 (`click \"Nowhere\"`): not within 2.0 s");
  EXPECT_TRUE(input.empty());
}

}  // namespace
}  // namespace circuit::gui
