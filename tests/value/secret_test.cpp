// Values that are shown nowhere.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <circuit/secret.hpp>

#include "base/secret_mark.hpp"
#include "value/hex.hpp"
#include "value/json.hpp"

namespace circuit::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Key = Secret<std::string>;

TEST(Secrets, CrossAsWhatTheyHold) {
  Key back;
  ASSERT_TRUE(from_cbor(to_cbor(Key("hunter2")), back));
  EXPECT_EQ(back.reveal(), "hunter2");
  Secret<std::vector<std::int32_t>> numbers;
  ASSERT_TRUE(from_cbor(to_cbor(Secret<std::vector<std::int32_t>>({1, 2, 3})), numbers));
  EXPECT_EQ(numbers.reveal(), (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_EQ(descriptor_of<Key>(), "secret<text>");
  EXPECT_EQ(hex(to_cbor(Key("a"))), "d9c73a6161");
}

TEST(Secrets, AreNoPlainValues) {
  Key key;
  std::string error;
  EXPECT_FALSE(from_cbor(to_cbor(std::string("hunter2")), key, &error));
  EXPECT_THAT(error, HasSubstr("expected a secret"));
  std::string text;
  EXPECT_FALSE(from_cbor(to_cbor(Key("hunter2")), text, &error));
  EXPECT_THAT(error, Not(HasSubstr("hunter2")));
}

TEST(Secrets, ShowAsStars) {
  const Buffer bytes = to_cbor(std::tuple(std::string("me"), Key("hunter2"), 7));
  EXPECT_EQ(show_json(bytes, 1000), R"(["me", ***, 7])");
  EXPECT_EQ(show_json(bytes.view().first(14), 1000), R"(["me", ***…)");
  // As a recorder keeps it.
  EXPECT_EQ(show_json(unhex("83626d65d9c73affffffff"), 1000), R"(["me", ***…)");
  EXPECT_EQ(boost::json::serialize(*cbor_to_json(bytes)), R"(["me","***",7])");
}

TEST(Secrets, AreWrittenByPeopleAsPlainValues) {
  const Shape shape = parse_shape("secret<struct{user:text,pin:u16}>").value();
  EXPECT_EQ(pretty(shape), "secret<{user: text, pin: u16}>");
  Buffer bytes;
  Encoder out(bytes);
  ASSERT_TRUE(json_to_cbor(boost::json::parse(R"({"user": "me", "pin": 1234})"), shape, out, "argument 1")
                  .has_value());
  EXPECT_EQ(show_json(bytes, 1000), "***");
  const auto wrong =
      json_to_cbor(boost::json::parse(R"({"user": "me", "pin": "hunter2"})"), shape, out, "argument 1");
  ASSERT_TRUE(wrong.has_error());
  EXPECT_EQ(wrong.error().text, "argument 1: expected secret<{user: text, pin: u16}>, got something else");
}

TEST(Secrets, AreFoundAmongBytes) {
  const Buffer bytes = to_cbor(std::tuple(std::string("\xd9\xc7"), Key("x")));
  EXPECT_EQ(find_secret(bytes), bytes.size() - 2);
  EXPECT_EQ(find_secret({}), 0u);
  EXPECT_EQ(find_secret(bytes_of("\xd9")), 1u);
  EXPECT_EQ(find_secret(bytes_of("\xd9\xd9\xc7\x3a")), 4u);
  EXPECT_EQ(find_secret(bytes_of("no secret at all")), 16u);
}

}  // namespace
}  // namespace circuit::testing
