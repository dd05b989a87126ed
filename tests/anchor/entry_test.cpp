#include "anchor/entry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "anchor/fixtures.hpp"

namespace circuit::anchor {
namespace {

using ::testing::HasSubstr;
using testing::worker;

TEST(Entry, ComesBackFromItsJson) {
  Entry entry = worker(0x6aca01d945c3b861, std::numeric_limits<std::uint64_t>::max());
  entry.address.agent = 0x8000000000000001;
  entry.function = "greet(\"\\\n)";
  entry.start_ticks = std::numeric_limits<std::uint64_t>::max();
  entry.app = true;
  auto content = encode(entry);
  ASSERT_TRUE(content);
  EXPECT_THAT(*content, HasSubstr(R"("id":"R6aca01d945c3b861")"));
  EXPECT_THAT(*content, HasSubstr(R"("incarnation":"ffffffffffffffff")"));
  auto back = decode(*content);
  ASSERT_TRUE(back) << back.error().text;
  EXPECT_EQ(*back, entry);
}

TEST(Entry, ReplacesBytesThatAreNotUtf8) {
  Entry entry = worker(1);
  entry.executable = "/opt/\xff/app";
  EXPECT_EQ(decode(encode(entry).value())->executable, "/opt/\xef\xbf\xbd/app");
}

TEST(Entry, NamesSomebodyAndStaysWithinTheLimit) {
  EXPECT_FALSE(encode(worker(0)));
  Entry entry = worker(1);
  entry.function = std::string(limits::anchor_file_bytes, 'x');
  EXPECT_THAT(encode(entry).error().text, HasSubstr("at most"));
}

TEST(Entry, PassesOverFieldsOfANewerVersion) {
  std::string content = encode(worker(1)).value();
  content.insert(1, R"("identity":{"tls":["x"]},)");
  EXPECT_EQ(decode(content).value(), worker(1));
}

TEST(Entry, RefusesWhatIsNotAWorkersFile) {
  std::string good = encode(worker(1)).value();
  for (std::string bad : {std::string(), std::string("null"), std::string("[]"), std::string("{}"),
                          std::string("{"), good + "x", std::string(1000, '['), std::string("\xff"),
                          std::string(limits::anchor_file_bytes + 1, ' ')})
    EXPECT_FALSE(decode(bad)) << bad.substr(0, 40);
  for (auto [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"R0000000000000001\"", "1"},
           {"\"R0000000000000001\"", "\"R0000000000000000\""},
           {"\"R0000000000000001\"", "\"R1\""},
           {"\"incarnation\":\"0000000000000001\"", "\"incarnation\":\"00000000000000001ffffffff\""},
           {"\"incarnation\":\"0000000000000001\"", "\"incarnation\":\"\""},
           {"\"incarnation\":\"0000000000000001\"", "\"incarnation\":\"-1\""},
           {"\"pid\":4711", "\"pid\":99999999999"},
           {"\"pid\":4711", "\"pid\":1.5"},
           {"\"pid\":4711", "\"pid\":\"4711\""},
           {"\"start_ticks\":12345", "\"start_ticks\":-1"},
           {"\"app\":false", "\"app\":0"},
           {"\"localhost\"", "null"}}) {
    std::string bad = good;
    std::size_t at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bad.replace(at, from.size(), to);
    EXPECT_FALSE(decode(bad)) << bad;
  }
}

TEST(Entry, SurvivesEveryDamagedByte) {
  std::string good = encode(worker(1)).value();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (char c : {'\0', '"', '{', '\xff', '9'}) {
      std::string bad = good;
      bad[i] = c;
      static_cast<void>(decode(bad));
    }
    EXPECT_FALSE(decode(good.substr(0, i)));
  }
}

}  // namespace
}  // namespace circuit::anchor
