#include <cmath>

#include "value/hex.hpp"
#include "value/rich.hpp"

namespace circuit::testing {
namespace {

template <class T>
std::string error_of(std::string_view text) {
  const auto bytes = unhex(text);
  T value{};
  std::string error;
  if (from_cbor(ByteView(bytes), value, &error)) return "";
  return error;
}

TEST(Decoder, ReadsItemByItem) {
  const auto bytes = unhex("83016161f5");
  Decoder in{bytes};
  EXPECT_EQ(in.peek(), Decoder::Type::array);
  EXPECT_EQ(in.array(), 3U);
  EXPECT_EQ(in.unsigned_integer(), 1U);
  EXPECT_EQ(in.text(), "a");
  EXPECT_FALSE(in.null());
  EXPECT_TRUE(in.boolean());
  EXPECT_EQ(in.peek(), Decoder::Type::end);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.position(), bytes.size());
}

TEST(Decoder, KeepsItsFirstErrorAndReadsNothingAfterIt) {
  const auto bytes = unhex("6161");
  Decoder in{bytes};
  EXPECT_EQ(in.unsigned_integer(), 0U);
  in.fail("another");
  EXPECT_EQ(in.error(), "expected a number, got text, at byte 0");
  EXPECT_EQ(in.text(), "");
  EXPECT_EQ(in.peek(), Decoder::Type::end);
  EXPECT_FALSE(in.enter());
}

TEST(Decoder, ReadsWholeNumbersAsFloatingOnes) {
  EXPECT_EQ(error_of<double>("01"), "");
  const auto bytes = unhex("3863");
  Decoder in{bytes};
  EXPECT_EQ(in.floating(), -100.0);
}

TEST(Decoder, SaysWhichNumberDoesNotFit) {
  EXPECT_EQ(error_of<std::uint8_t>("19012c"), "300 does not fit an u8, at byte 0");
  EXPECT_EQ(error_of<std::uint8_t>("20"), "-1 does not fit an u8, at byte 0");
  EXPECT_EQ(error_of<std::int8_t>("1880"), "128 does not fit an i8, at byte 0");
  EXPECT_EQ(error_of<std::int8_t>("3880"), "-129 does not fit an i8, at byte 0");
  EXPECT_EQ(error_of<std::int64_t>("1bffffffffffffffff"),
            "18446744073709551615 does not fit an i64, at byte 0");
  EXPECT_EQ(error_of<std::int64_t>("3bffffffffffffffff"),
            "-18446744073709551616 does not fit an i64, at byte 0");
  EXPECT_EQ(error_of<float>("fb7e37e43c8800759c"), "1e+300 does not fit an f32");
  EXPECT_EQ(error_of<Color>("190100"), "256 does not fit an u8, at byte 0");
}

TEST(Decoder, SaysWhatItExpectedAndWhatItGot) {
  EXPECT_EQ(error_of<int>("f93e00"), "expected a whole number, got a number, at byte 0");
  EXPECT_EQ(error_of<bool>("00"), "expected true or false, got a number, at byte 0");
  EXPECT_EQ(error_of<std::string>("4101"), "expected text, got bytes, at byte 0");
  EXPECT_EQ(error_of<std::vector<int>>("a0"), "expected an array, got a map, at byte 0");
  EXPECT_EQ(error_of<Post>("80"), "expected a map, got an array, at byte 0");
  EXPECT_EQ(error_of<int>(""), "expected a number, got the end of the input, at byte 0");
  EXPECT_EQ(error_of<int>("0000"), "1 bytes are left over after the value");
  EXPECT_EQ(error_of<std::monostate>("00"), "expected null, as a type without content has no other value");
}

TEST(Decoder, RefusesWhatIsNotWellFormed) {
  EXPECT_EQ(error_of<int>("19"), "the input ends in the middle of a value, at byte 0");
  EXPECT_EQ(error_of<int>("1c"), "the input is not well-formed CBOR, at byte 0");
  EXPECT_EQ(error_of<int>("ff"), "the input is not well-formed CBOR, at byte 0");
  EXPECT_EQ(error_of<std::vector<std::string>>("9f00ff"),
            "an item of indefinite length, which is not accepted, at byte 0");
}

TEST(Decoder, RefusesCountsThatTheInputCannotHold) {
  EXPECT_EQ(error_of<std::vector<std::string>>("9bffffffffffffffff"),
            "an array of 18446744073709551615 cannot lie in the 0 bytes that follow, at byte 0");
  EXPECT_EQ(error_of<std::vector<std::string>>("9a7fffffff00"),
            "an array of 2147483647 cannot lie in the 1 bytes that follow, at byte 0");
  EXPECT_EQ(error_of<Post>("a200"), "a map of 2 cannot lie in the 1 bytes that follow, at byte 0");
  EXPECT_EQ(error_of<std::string>("7bffffffffffffffff"),
            "the input ends in the middle of a value, at byte 0");
  EXPECT_EQ(error_of<std::vector<std::byte>>("5b7fffffffffffffff"),
            "the input ends in the middle of a value, at byte 0");
}

TEST(Decoder, RefusesToNestTooDeep) {
  Buffer bytes;
  Encoder out(bytes);
  for (int i = 0; i < 200; ++i) {
    out.array(2);
    out.text("");
    out.array(1);
  }
  out.null();
  Tree tree;
  std::string error;
  EXPECT_FALSE(from_cbor(bytes, tree, &error));
  EXPECT_EQ(error, "values nest deeper than 64 levels, at byte 97");
}

TEST(Decoder, RefusesInputThatUnfoldsToTooMuch) {
  Buffer bytes;
  Encoder out(bytes);
  // Each item of one byte stands for a whole Rich of defaults.
  const std::uint64_t count = 2'000'000;
  out.array(count);
  std::memset(bytes.extend(count), 0x80, count);
  Decoder in(bytes);
  in.array();
  EXPECT_FALSE(in.allocate(std::size_t{600} << 20U));
  EXPECT_EQ(in.error(), "the input unfolds to more than 512 MiB of values, at byte 5");
}

TEST(Decoder, SkipsAWholeItemWithAllThatIsInIt) {
  Buffer bytes = to_cbor(rich());
  const std::size_t size = bytes.size();
  Encoder out(bytes);
  out.text("next");
  Decoder in(bytes);
  in.skip();
  EXPECT_EQ(in.position(), size);
  EXPECT_EQ(in.text(), "next");
  EXPECT_TRUE(in.ok());
}

TEST(Decoder, SkipsDeepNestingWithoutAStack) {
  std::vector<std::byte> bytes(1'000'000, std::byte{0x81});
  bytes.push_back(std::byte{0});
  Decoder in{bytes};
  in.skip();
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.position(), bytes.size());
}

TEST(Decoder, AcceptsTypedArraysAndPlainOnes) {
  std::vector<int> numbers;
  EXPECT_TRUE(from_cbor(unhex("820120"), numbers));
  EXPECT_EQ(numbers, (std::vector{1, -1}));
  EXPECT_TRUE(from_cbor(unhex("d84e4801000000ffffffff"), numbers));
  EXPECT_EQ(numbers, (std::vector{1, -1}));
  std::deque<int> queue;
  EXPECT_TRUE(from_cbor(unhex("d84e4801000000ffffffff"), queue));
  EXPECT_EQ(queue, (std::deque{1, -1}));
  EXPECT_EQ(error_of<std::vector<int>>("d8464401000000"),
            "expected an array or the typed array with tag 78, got tag 70, at byte 0");
  EXPECT_EQ(error_of<std::vector<int>>("d84e43010000"),
            "a typed array of 3 bytes has no whole number of items of 4 bytes, at byte 0");
  EXPECT_EQ((error_of<std::array<int, 2>>("d84e4401000000")), "expected an array of 2, got one of 1");
  EXPECT_EQ((error_of<std::array<bool, 2>>("81f5")), "expected an array of 2, got one of 1");
}

TEST(Decoder, RefusesWhatTheTypeCannotHold) {
  EXPECT_EQ((error_of<std::variant<int, bool>>("820200")), "a variant of 2 types has no type 2");
  EXPECT_EQ((error_of<std::variant<int, bool>>("80")), "expected an array of 2, got one of 0");
  EXPECT_EQ((error_of<std::map<int, int>>("a201020103")), "a key of a map comes twice, at byte 5");
  EXPECT_EQ(error_of<std::set<std::string>>("8261616161"), "a item of a set comes twice, at byte 5");
  EXPECT_EQ((error_of<std::pair<int, int>>("8101")), "expected an array of 2, got one of 1");
  using Picoseconds = std::chrono::duration<std::int64_t, std::pico>;
  EXPECT_EQ(error_of<Picoseconds>("1b7fffffffffffffff"),
            "9223372036854775807 ns do not fit the unit of this duration");
  using Frames = std::chrono::duration<std::int8_t, std::ratio<1, 60>>;
  EXPECT_EQ(error_of<Frames>("1b7fffffffffffffff"),
            "9223372036854775807 ns do not fit the unit of this duration");
}

}  // namespace
}  // namespace circuit::testing
