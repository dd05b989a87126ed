#include "server/authorization.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace circuit::web {
namespace {

http::fields header(std::initializer_list<std::pair<const char*, const char*>> fields) {
  http::fields made;
  for (auto [name, value] : fields) made.insert(name, value);
  return made;
}

TEST(Authorization, KnowsItsOwnNamesAndNoOthers) {
  Authorization authorization("o", "v", 8080);
  for (const char* own : {"127.0.0.1:8080", "localhost:8080", "[::1]:8080"})
    EXPECT_TRUE(authorization.meant_for_us(header({{"Host", own}}))) << own;
  for (const char* foreign :
       {"127.0.0.1", "localhost", "127.0.0.1:80", "127.0.0.1:80801", "evil.example:8080",
        "localhost.evil:8080", "127.0.0.1:8080.evil", "xlocalhost:8080", "user@localhost:8080", "[::1]",
        "127.0.0.2:8080", ":8080", ""})
    EXPECT_FALSE(authorization.meant_for_us(header({{"Host", foreign}}))) << foreign;
  EXPECT_FALSE(authorization.meant_for_us(header({})));
  EXPECT_FALSE(authorization.meant_for_us(header({{"Host", "localhost:8080"}, {"Host", "localhost:8080"}})));
}

TEST(Authorization, TakesAnOriginForItsOwnOnlyWhenItIsExactly) {
  auto origin = [](const char* text) {
    return Authorization::origin_of(header({{"Host", "127.0.0.1:8080"}, {"Origin", text}}));
  };
  EXPECT_EQ(origin("http://127.0.0.1:8080"), Authorization::Origin::own);
  for (const char* foreign : {"http://127.0.0.1:8080.evil.example", "http://127.0.0.1:80800",
                              "http://127.0.0.1", "https://127.0.0.1:8080", "http://localhost:8080", "null",
                              "", "http://127.0.0.1:8080/", "http://evil.example"})
    EXPECT_EQ(origin(foreign), Authorization::Origin::foreign) << foreign;
  EXPECT_EQ(Authorization::origin_of(header({{"Host", "127.0.0.1:8080"}})), Authorization::Origin::absent);
  EXPECT_EQ(Authorization::origin_of(header({{"Host", "127.0.0.1:8080"},
                                             {"Origin", "http://127.0.0.1:8080"},
                                             {"Origin", "http://127.0.0.1:8080"}})),
            Authorization::Origin::foreign);
}

TEST(Authorization, GivesEachTokenItsRole) {
  Authorization authorization("operate", "viewer!", 1);
  EXPECT_EQ(authorization.role_of("operate"), Role::operate);
  EXPECT_EQ(authorization.role_of("viewer!"), Role::view);
  for (const char* wrong : {"", "operat", "operate ", "Operate", "viewer"})
    EXPECT_EQ(authorization.role_of(wrong), Role::none) << wrong;
}

TEST(Authorization, NeverTakesAnEmptyTokenForARightOne) {
  Authorization authorization("", "", 1);
  EXPECT_EQ(authorization.role_of(""), Role::none);
  EXPECT_EQ(authorization.role_of("x"), Role::none);
}

TEST(Authorization, FindsTheTokenOfABearer) {
  EXPECT_EQ(Authorization::bearer(header({{"Authorization", "Bearer abc"}})), "abc");
  EXPECT_EQ(Authorization::bearer(header({{"Authorization", "bearer abc"}})), "abc");
  EXPECT_EQ(Authorization::bearer(header({{"Authorization", "Basic abc"}})), "");
  EXPECT_EQ(Authorization::bearer(header({{"Authorization", "Bearer "}})), "");
  EXPECT_EQ(Authorization::bearer(header({{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}})),
            "");
}

TEST(Authorization, HoldsBackWrongTokensThatComeTooFastAndForgivesWithTime) {
  Authorization authorization("o", "", 1);
  auto start = std::chrono::steady_clock::time_point(std::chrono::hours(1));
  for (std::size_t i = 0; i < limits::web_wrong_tokens_per_second; ++i)
    EXPECT_FALSE(authorization.held_back(start));
  EXPECT_TRUE(authorization.held_back(start));
  EXPECT_FALSE(authorization.held_back(start + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace circuit::web
