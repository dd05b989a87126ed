#include "model/arguments.hpp"

#include <gtest/gtest.h>

#include "gui/scenes.hpp"

namespace circuit::gui {
namespace {

std::string json_of(const std::string& type, const std::string& text) {
  return check_argument({"x", type, std::nullopt}, text).json;
}
std::string problem_of(const std::string& type, const std::string& text) {
  return check_argument({"x", type, std::nullopt}, text).problem;
}

TEST(Arguments, BecomeJsonOfTheirType) {
  EXPECT_EQ(json_of("text", "a \"b\"\n"), R"("a \"b\"\n")");
  EXPECT_EQ(json_of("text", ""), R"("")");
  EXPECT_EQ(json_of("bool", "true"), "true");
  EXPECT_EQ(json_of("bool", "whatever"), "false");
  EXPECT_EQ(json_of("u64", " 18446744073709551615 "), "18446744073709551615");
  EXPECT_EQ(json_of("i8", "-128"), "-128");
  EXPECT_EQ(json_of("f64", "0.5"), "0.5");
  EXPECT_EQ(json_of("f64", ".5"), "0.5") << "JSON wants the nought";
  EXPECT_EQ(json_of("f64", "6e2"), "6e2");
  EXPECT_EQ(json_of("[i32]", " [1, 2] "), "[1, 2]");
}

TEST(Arguments, AreRefusedWithWhatIsWrong) {
  EXPECT_EQ(problem_of("u8", "256"), "from 0 to 255");
  EXPECT_EQ(problem_of("u8", "-1"), "from 0 to 255");
  EXPECT_EQ(problem_of("i64", "9223372036854775808"), "from -9223372036854775808 to 9223372036854775807");
  EXPECT_EQ(problem_of("i32", "1.5"), "a whole number");
  EXPECT_EQ(problem_of("i32", ""), "a whole number");
  EXPECT_EQ(problem_of("u32", "-x"), "a whole number");
  EXPECT_EQ(problem_of("f64", "1x"), "a number");
  EXPECT_EQ(problem_of("f64", "inf"), "a number");
  EXPECT_EQ(problem_of("[i32]", ""), "JSON for [i32]");
  EXPECT_EQ(problem_of("[i32]", "[1"), "this is not JSON");
}

TEST(Arguments, TakeAnyBytes) {
  for (const char* type : {"text", "bool", "i8", "u64", "f32", "[x]"})
    for (const std::string& text : testing::hostile_texts()) {
      if (text.size() > 200'000) continue;
      const Checked checked = check_argument({text, type, text}, text);
      EXPECT_NE(checked.json.empty(), checked.problem.empty());
      initial_text({text, type, text});
    }
}

TEST(Arguments, BeginWithTheDefault) {
  EXPECT_EQ(initial_text({"x", "text", R"("a b")"}), "a b");
  EXPECT_EQ(initial_text({"x", "f64", "60"}), "60");
  EXPECT_EQ(initial_text({"x", "bool", std::nullopt}), "false");
  EXPECT_EQ(initial_text({"x", "i32", std::nullopt}), "");
}

TEST(Anchors, AreSplitAtSpacesAndCommas) {
  auto anchors = parse_anchors(" /a/b, /c ");
  ASSERT_TRUE(anchors.has_value());
  EXPECT_EQ(*anchors, (std::vector<std::string>{"/a/b", "/c"}));
  for (const char* wrong : {"a", "/", "/a/", "/a//b"}) EXPECT_TRUE(parse_anchors(wrong).has_error()) << wrong;
}

TEST(Arguments, OfASecretTypeArePlainValuesThatAreNotShown) {
  EXPECT_TRUE(is_secret("secret<text>"));
  EXPECT_FALSE(is_secret("text"));
  EXPECT_EQ(widget_of("secret<text>"), Widget::text);
  EXPECT_EQ(check_argument({"key", "secret<text>", std::nullopt}, "hunter2").json, "\"hunter2\"");
  EXPECT_EQ(check_argument({"pin", "secret<u16>", std::nullopt}, "70000").problem, "from 0 to 65535");
  EXPECT_EQ(shown_arguments({{"name", "text", std::nullopt}, {"key", "secret<text>", std::nullopt}},
                            {"\"me\"", "\"hunter2\""}),
            (std::vector<std::string>{"\"me\"", "***"}));
}

TEST(CommandLine, IsWhatAShellTakes) {
  EXPECT_EQ(command_line("localhost", {"/a b"}, "greet", {R"("it's")"}, false),
            R"x(circuit spawn localhost -a '/a b' greet '"it'\''s"')x");
  EXPECT_EQ(command_line("h", {}, "sleep", {"60"}, true), "circuit spawn -d h sleep 60");
}

}  // namespace
}  // namespace circuit::gui
