#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace circuit {
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

}  // namespace
}  // namespace circuit
