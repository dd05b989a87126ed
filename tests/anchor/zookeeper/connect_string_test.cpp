#include "anchor/zookeeper/connect_string.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace circuit::anchor::zookeeper {
namespace {

using ::testing::HasSubstr;

TEST(ConnectString, TakesServersAndChrootApart) {
  auto one = ConnectString::parse("127.0.0.1:2181");
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->servers, "127.0.0.1:2181");
  EXPECT_EQ(one->chroot, "");
  auto more = ConnectString::parse("a.example:1,b-2.example,c_3:65535/circuit/mine/");
  ASSERT_TRUE(more.has_value());
  EXPECT_EQ(more->servers, "a.example:1,b-2.example:2181,c_3:65535");
  EXPECT_EQ(more->chroot, "/circuit/mine");
  EXPECT_EQ(*ConnectString::parse(more->string()), *more);
  EXPECT_EQ(ConnectString::parse("h/")->chroot, "");
}

TEST(ConnectString, SaysWhatIsWrong) {
  for (const char* bad : {"", ",", "a,", ",a", ":2181", "a b:1", "a:0", "a:65536", "a:x", "a:1:2", "a:1//b",
                          "a:1/../b", "[::1]:2181", "a:1/b\x01", "zk://a:1"}) {
    auto parsed = ConnectString::parse(bad);
    ASSERT_TRUE(parsed.has_error()) << bad;
    EXPECT_EQ(parsed.error().kind, ErrorKind::invalid);
    EXPECT_THAT(parsed.error().text, HasSubstr("HOST:PORT[,HOST:PORT...][/CHROOT]"));
  }
  EXPECT_TRUE(ConnectString::parse(std::string(limits::connect_string_bytes + 1, 'a')).has_error());
}

}  // namespace
}  // namespace circuit::anchor::zookeeper
