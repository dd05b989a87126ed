#include "model/text.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "gui/scenes.hpp"

namespace circuit::gui {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

TEST(ShownText, LeavesWhatIsHarmlessAsItIs) {
  EXPECT_EQ(shown("R6aca \xC3\xA9\xE2\x82\xAC \xF0\x9F\x98\x80 [\"x\"]", 100),
            "R6aca \xC3\xA9\xE2\x82\xAC \xF0\x9F\x98\x80 [\"x\"]");
}

TEST(ShownText, ReplacesBytesAndCharactersThatDoHarm) {
  EXPECT_EQ(shown("a\xFF"
                  "b",
                  100),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(shown(std::string_view("a\0b", 3), 100),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(shown("a\x1b[0m\n", 100), "a\xEF\xBF\xBD[0m\xEF\xBF\xBD");
  EXPECT_EQ(shown("\xE2\x80\xAEtxt", 100), "\xEF\xBF\xBDtxt") << "what turns the direction of writing";
  EXPECT_EQ(shown("\xC2\x85", 100), "\xEF\xBF\xBD") << "a control character of two bytes";
}

TEST(ShownText, KeepsLinesWhereThereMayBeSome) {
  EXPECT_EQ(shown_lines("a\r\nb\tc\x1b", 100), "a\nb    c\xEF\xBF\xBD");
}

TEST(ShownText, IsCutBetweenCharacters) {
  EXPECT_EQ(shown("abcdef", 3), "abc\xE2\x80\xA6");
  EXPECT_EQ(shown("ab\xC3\xA9", 3), "ab\xE2\x80\xA6");
  EXPECT_EQ(shown("abc", 3), "abc");
}

TEST(ShownText, IsAlwaysUtf8OfAtMostItsSize) {
  for (const std::string& text : testing::hostile_texts())
    for (const std::string& out : {shown(text, 512), shown_lines(text, 512)}) {
      EXPECT_LE(out.size(), 515U);
      EXPECT_EQ(valid_utf8(out), out);
    }
}

TEST(Figures, AreAsThoseOfThePage) {
  EXPECT_EQ(age_text(0, 59 * second), "59 s");
  EXPECT_EQ(age_text(0, 60 * second), "1 m");
  EXPECT_EQ(age_text(0, 47 * 3600 * second), "47 h");
  EXPECT_EQ(age_text(0, 49 * 3600 * second), "2 d");
  EXPECT_EQ(age_text(5, 0), "0 s") << "a clock that went back";
  EXPECT_EQ(duration_text(0, (3 * 3600 + 12 * 60 + 5) * second), "3 h 12 m");
  EXPECT_EQ(duration_text(0, 0), "0 s");
  EXPECT_EQ(duration_text(0, 59 * second), "59 s");
  EXPECT_EQ(count_text(1204),
            "1\xE2\x80\xAF"
            "204");
  EXPECT_EQ(count_text(204), "204");
  EXPECT_EQ(counted(1, "worker"), "1 worker");
  EXPECT_EQ(call_age_text(0, 200'000), "0.2 ms");
  EXPECT_EQ(call_age_text(0, 120'000'000), "120 ms");
  EXPECT_EQ(call_age_text(0, 2'400'000'000), "2.4 s");
  EXPECT_EQ(call_age_text(0, 180 * second), "3 m");
  EXPECT_EQ(bytes_text(4300), "4.2 KiB");
}

TEST(ResultText, IsAStringWithoutItsQuotesAndAllElseAsItIs) {
  EXPECT_EQ(result_text(R"("a\nb")"), "a\nb");
  EXPECT_EQ(result_text("[1,2]"), "[1,2]");
  EXPECT_EQ(result_text("\"broken"), "\"broken");
}

}  // namespace
}  // namespace circuit::gui
