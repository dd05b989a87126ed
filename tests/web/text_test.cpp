#include "server/text.hpp"

#include <gtest/gtest.h>

namespace circuit::web {
namespace {

TEST(ValidUtf8, LeavesValidTextAlone) {
  std::string text = "plain, \xc3\xbcml\xc3\xa4ut, \xe2\x82\xac, \xf0\x9f\x99\x82";
  EXPECT_EQ(valid_utf8(text), text);
}

TEST(ValidUtf8, ReplacesEveryByteThatIsNone) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a" + mark + "b");
  EXPECT_EQ(valid_utf8("\xc0\xaf"), mark + mark) << "an overlong form";
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), mark + mark + mark) << "a surrogate";
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), mark + mark + mark + mark) << "past the last code point";
  EXPECT_EQ(valid_utf8("\xe2\x82"), mark + mark) << "cut off";
}

TEST(PercentDecoded, DecodesAndRefuses) {
  EXPECT_EQ(percent_decoded("a%20b%2Fc"), "a b/c");
  for (const char* wrong : {"%", "%2", "%zz", "%00", "%-1", "%+1"})
    EXPECT_FALSE(percent_decoded(wrong)) << wrong;
}

TEST(ParseTarget, TakesPathAndQueryApart) {
  auto target = parse_target("/a/b%20c?signal=KILL&x=%3D&empty");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a/b c");
  EXPECT_EQ(target->query.at("signal"), "KILL");
  EXPECT_EQ(target->query.at("x"), "=");
  EXPECT_EQ(target->query.at("empty"), "");
}

TEST(ParseTarget, RefusesWhatIsNoPathAndWhatCanBeReadInTwoWays) {
  for (const char* wrong : {"", "*", "http://evil.example/", "a", "/%", "/?a=1&a=2", "/?%=1"})
    EXPECT_FALSE(parse_target(wrong)) << wrong;
}

}  // namespace
}  // namespace circuit::web
