#include "server/requests.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace circuit::web {
namespace {

TEST(ParseSpawn, TakesEveryField) {
  auto form = parse_spawn(R"({"host":"h","anchors":["/a","/b"],"function":"f","arguments":[1,"x",[true]],)"
                          R"("executable":"e","page":"00ff"})");
  ASSERT_TRUE(form) << form.error().text;
  EXPECT_EQ(form->request.host, "h");
  EXPECT_EQ(form->request.anchors, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(form->request.arguments, R"([1,"x",[true]])");
  EXPECT_EQ(form->request.executable, "e");
  EXPECT_EQ(form->page, "00ff");
}

TEST(ParseSpawn, KeepsWholeNumbersOfSixtyFourBits) {
  auto form = parse_spawn(R"({"function":"f","arguments":[18446744073709551615,-9223372036854775808]})");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->request.arguments, "[18446744073709551615,-9223372036854775808]");
  EXPECT_EQ(form->request.host, "localhost");
}

TEST(ParseSpawn, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "JSON"},
      {"{", "JSON"},
      {"[]", "object"},
      {R"({})", "\"function\" is missing"},
      {R"({"function":1})", "\"function\" must be a text"},
      {R"({"function":"f","host":null})", "\"host\""},
      {R"({"function":"f","anchors":"/a"})", "\"anchors\""},
      {R"({"function":"f","anchors":[1]})", "\"anchors\""},
      {R"({"function":"f","arguments":{}})", "\"arguments\""},
      {R"({"function":"f","page":"<b>"})", "\"page\""},
      {R"({"function":"f","argumnets":[]})", "no field \"argumnets\""},
  };
  for (auto [body, part] : cases) {
    auto form = parse_spawn(body);
    ASSERT_FALSE(form) << body;
    EXPECT_EQ(form.error().kind, ErrorKind::invalid);
    EXPECT_NE(form.error().text.find(part), std::string::npos) << form.error().text;
  }
}

TEST(ParseSpawn, RefusesWhatNestsTooDeep) {
  std::string deep =
      R"({"function":"f","arguments":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
  EXPECT_FALSE(parse_spawn(deep));
}

TEST(ParseKill, TakesSignalsByNameAndIsAnOrderedStopWithoutOne) {
  auto plain = parse_kill("R00000000000000ff", {});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->request.id, WorkerId{255});
  EXPECT_EQ(plain->request.signal, 0);
  auto hard =
      parse_kill("R00000000000000ff", {{"signal", "SIGKILL"}, {"grace_ms", "12"}, {"incarnation", "ab"}});
  ASSERT_TRUE(hard);
  EXPECT_EQ(hard->request.signal, SIGKILL);
  EXPECT_EQ(hard->request.grace_ms, 12u);
  EXPECT_EQ(hard->incarnation, 0xabu);
}

TEST(ParseKill, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(parse_kill("R1", {}));
  EXPECT_FALSE(parse_kill("R00000000000000fg", {}));
  const Query wrong[] = {{{"signal", "NOPE"}}, {{"signal", "9"}},          {{"grace_ms", "-1"}},
                         {{"grace_ms", ""}},   {{"grace_ms", "99999999"}}, {{"force", "1"}}};
  for (const Query& query : wrong) EXPECT_FALSE(parse_kill("R00000000000000ff", query));
}

TEST(ParseWatch, TakesWhatThereIsToWatchAndNothingElse) {
  EXPECT_TRUE(parse_watch(R"({"watch":["calls"]})")->calls);
  EXPECT_TRUE(parse_watch(R"({"watch":["calls","calls"]})")->calls);
  EXPECT_FALSE(parse_watch(R"({"watch":[]})")->calls);
  for (const char* wrong : {"", "[]", "{}", R"({"watch":"calls"})", R"({"watch":[1]})",
                            R"({"watch":["logs"]})", R"({"watch":["calls"],"token":""})"})
    EXPECT_FALSE(parse_watch(wrong)) << wrong;
}

}  // namespace
}  // namespace circuit::web
