#include "server/text.hpp"

#include <gtest/gtest.h>

namespace circuit::web {
namespace {

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
