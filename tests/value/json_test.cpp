#include "value/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "value/base64.hpp"
#include "value/hex.hpp"
#include "value/rich.hpp"

namespace circuit::testing {
namespace {

/// What `text` becomes as the type of `descriptor`, in hex, or the error.
std::string converted(std::string_view text, std::string_view descriptor,
                      std::string_view where = "argument 1 (x)") {
  Buffer bytes;
  Encoder out(bytes);
  out.text("before");
  const std::size_t start = bytes.size();
  const auto result = json_to_cbor(boost::json::parse({text.data(), text.size()}),
                                   parse_shape(descriptor).value(), out, where);
  if (result) return hex(bytes.view().subspan(start));
  EXPECT_EQ(bytes.size(), start) << "a failure leaves nothing behind";
  return result.error().text;
}

template <class T>
T typed(std::string_view text) {
  T value{};
  std::string error;
  EXPECT_TRUE(from_cbor(ByteView(unhex(converted(text, descriptor_of<T>()))), value, &error))
      << error << ": " << converted(text, descriptor_of<T>());
  return value;
}

std::string exact(std::string_view text) {
  const auto bytes = unhex(text);
  const auto json = cbor_to_json(bytes);
  return json ? boost::json::serialize(*json) : "error: " + json.error().text;
}

TEST(JsonToCbor, TakesEachTypeInItsForm) {
  EXPECT_EQ(typed<bool>("true"), true);
  EXPECT_EQ(typed<std::uint64_t>("\"18446744073709551615\""), UINT64_MAX);
  EXPECT_EQ(typed<std::uint64_t>("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(typed<int>("3.0"), 3);
  EXPECT_EQ(typed<double>("3"), 3.0);
  EXPECT_EQ(typed<float>("0.5"), 0.5F);
  EXPECT_EQ(typed<std::string>("\"a\""), "a");
  EXPECT_EQ(typed<Bytes>("\"AQID\""), Bytes(ByteView(unhex("010203"))));
  EXPECT_EQ(typed<std::vector<int>>("[1,2]"), (std::vector{1, 2}));
  EXPECT_EQ((typed<std::array<int, 2>>("[1,2]")), (std::array{1, 2}));
  EXPECT_EQ((typed<std::map<std::string, int>>("{\"a\":1}")), (std::map<std::string, int>{{"a", 1}}));
  EXPECT_EQ((typed<std::map<int, int>>("[[1,2]]")), (std::map<int, int>{{1, 2}}));
  EXPECT_EQ((typed<std::map<int, int>>("{\"-1\":2}")), (std::map<int, int>{{-1, 2}}));
  EXPECT_EQ((typed<std::variant<int, std::string>>("[1,\"b\"]")), (std::variant<int, std::string>("b")));
  EXPECT_EQ((typed<std::pair<int, bool>>("[1,true]")), std::pair(1, true));
  EXPECT_EQ(typed<std::optional<int>>("null"), std::nullopt);
  EXPECT_EQ(typed<std::optional<std::optional<int>>>("5"), std::optional(std::optional(5)));
  EXPECT_EQ(typed<Color>("2"), Color::green);
  EXPECT_EQ(typed<Point>("[1]"), (Point{1, 0}));
  EXPECT_EQ(typed<Post>("{\"title\":\"t\",\"place\":[1,2]}"), (Post{0, "t", {}, Point{1, 2}}));
  EXPECT_EQ(typed<Tree>("[\"a\",[[\"b\",[[\"c\"]]]]]"), (Tree{"a", {{"b", {{"c", {}}}}}}));
  EXPECT_EQ(converted("null", "void"), "f6");
}

TEST(JsonToCbor, TakesTimesAsPeopleWriteThem) {
  using namespace std::chrono_literals;
  EXPECT_EQ(typed<std::chrono::nanoseconds>("1.5"), 1500ms);
  EXPECT_EQ(typed<std::chrono::nanoseconds>("2"), 2s);
  EXPECT_EQ(typed<std::chrono::nanoseconds>("\"1.5s\""), 1500ms);
  EXPECT_EQ(typed<std::chrono::nanoseconds>("\"200ms\""), 200ms);
  EXPECT_EQ(typed<std::chrono::nanoseconds>("\"-3us\""), -3us);
  EXPECT_EQ(typed<std::chrono::nanoseconds>("\"90min\""), 90min);
  const std::chrono::system_clock::time_point moment{std::chrono::seconds(1'714'566'600)};
  EXPECT_EQ(typed<std::chrono::system_clock::time_point>("\"2024-05-01T12:30:00Z\""), moment);
  EXPECT_EQ(typed<std::chrono::system_clock::time_point>("\"2024-05-01T12:30:00.25Z\""), moment + 250ms);
  EXPECT_EQ(typed<std::chrono::system_clock::time_point>("1714566600"), moment);
  EXPECT_EQ(converted("\"soon\"", "duration"),
            "argument 1 (x): expected a duration as a number of seconds or a text such as \"1.5s\" or "
            "\"200ms\", got "
            "\"soon\"");
  EXPECT_EQ(converted("1e300", "duration"),
            "argument 1 (x): 1e+300 seconds are more than the 292 years that fit");
  EXPECT_EQ(
      converted("\"2024-02-30T00:00:00Z\"", "time"),
      "argument 1 (x): expected a time as seconds since 1970 or a text such as \"2024-05-01T12:30:00Z\", got "
      "\"2024-02-30T00:00:00Z\"");
}

TEST(JsonToCbor, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(converted("\"abc\"", "f64", "argument 2 (seconds)"),
            "argument 2 (seconds): expected a number, got \"abc\"");
  const std::string post = descriptor_of<Post>();
  EXPECT_EQ(converted("{\"id\":\"x\"}", post, "argument 1 (post)"),
            "argument 1 (post).id: expected a number, got \"x\"");
  EXPECT_EQ(converted("{\"tags\":[\"a\",5]}", post, "argument 1 (post)"),
            "argument 1 (post).tags[1]: expected text, got 5");
  EXPECT_EQ(converted("{\"titel\":\"x\"}", post, "argument 1 (post)"),
            "argument 1 (post): there is no field \"titel\"; the fields are id, title, tags, place");
  EXPECT_EQ(converted("[1,2,3]", "struct{f64,f64}"),
            "argument 1 (x): expected an array of at most 2, the fields in their order, got an array of 3");
  EXPECT_EQ(converted("{\"k\":{}}", "map<text,i32>"),
            "argument 1 (x)[\"k\"]: expected a number, got an object");
  EXPECT_EQ(converted("[5,1]", "variant<i32,bool>"),
            "argument 1 (x): expected [index, value] with an index below 2, got 5");
  EXPECT_EQ(converted("\"!\"", "bytes"), "argument 1 (x): expected bytes as base64 text, got \"!\"");
  EXPECT_EQ(converted("1.5", "i32"), "argument 1 (x): expected a whole number, got 1.5");
  EXPECT_EQ(converted("\"5\"", "i32"), "argument 1 (x): expected a number, got \"5\"");
}

TEST(JsonToCbor, ChecksRanges) {
  EXPECT_EQ(converted("300", "u8"), "argument 1 (x): 300 does not fit an u8");
  EXPECT_EQ(converted("-1", "u64"), "argument 1 (x): -1 does not fit an u64");
  EXPECT_EQ(converted("-129", "i8"), "argument 1 (x): -129 does not fit an i8");
  EXPECT_EQ(converted("-128", "i8"), "387f");
  EXPECT_EQ(converted("1e30", "i64"), "argument 1 (x): 1000000000000000019884624838656 does not fit an i64");
  EXPECT_EQ(converted("\"99999999999999999999\"", "u64"),
            "argument 1 (x): 99999999999999999999 does not fit an u64");
  EXPECT_EQ(converted("1e300", "f32"), "argument 1 (x): 1e+300 does not fit an f32");
}

TEST(JsonToCbor, RefusesWhatOnlyAProgramCanHold) {
  EXPECT_EQ(converted("1", "ref<Reducer>"),
            "argument 1 (x): a reference to an object cannot be written as JSON; call this from a program "
            "that holds "
            "one");
  EXPECT_EQ(converted("1", "channel<i32>"),
            "argument 1 (x): a channel cannot be written as JSON; call this from a program that holds one");
  EXPECT_EQ(converted("1", "url"),
            "argument 1 (x): the type url has a form of its own that cannot be written as JSON");
}

TEST(CborToJson, IsExact) {
  EXPECT_EQ(exact("1bffffffffffffffff"), "18446744073709551615");
  EXPECT_EQ(exact("3b7fffffffffffffff"), "-9223372036854775808");
  EXPECT_EQ(exact("3bffffffffffffffff"), "\"-18446744073709551616\"");
  EXPECT_EQ(exact("f97c00"), "\"Infinity\"");
  EXPECT_EQ(exact("83f5f661e1"), "[true,null,\"\xef\xbf\xbd\"]");
  EXPECT_EQ(exact("a201026161420102"), "{\"1\":2,\"a\":\"AQI=\"}");
  EXPECT_EQ(exact("d84e4801000000ffffffff"), "[1,-1]");
  EXPECT_EQ(exact("c11a514b67b0"), "1363896240");
  EXPECT_EQ(cbor_to_json(to_cbor(UINT64_MAX)).value().get_uint64(), UINT64_MAX);
}

TEST(CborToJson, RefusesWhatIsNoWholeValue) {
  EXPECT_EQ(exact(""), "error: expected a value, got the end of the input, at byte 0");
  EXPECT_EQ(exact("8201"), "error: an array of 2 cannot lie in the 1 bytes that follow, at byte 0");
  EXPECT_EQ(exact("0101"), "error: 1 bytes are left over after the value");
  EXPECT_EQ(exact("a2616101616102"), "error: the key \"a\" comes twice");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "81";
  EXPECT_EQ(exact(deep + "01"), "error: values nest deeper than 64 levels, at byte 65");
}

TEST(CborToJson, GoesBackToTheSameValue) {
  const Post post{7, "title", {"a"}, Point{1, 2}};
  const auto json = cbor_to_json(to_cbor(post)).value();
  EXPECT_EQ(typed<Post>(boost::json::serialize(json)), post);
}

TEST(JsonText, WritesNumbersAsPeopleDo) {
  const auto text = [](std::string_view json) { return json_text(boost::json::parse(json)); };
  EXPECT_EQ(text("[0.5, 1e100, -2.0, 3, null, \"a\\\"b\"]"), "[0.5,1e+100,-2,3,null,\"a\\\"b\"]");
  EXPECT_EQ(text("{\"a b\": {\"c\": [519e-2]}, \"d\": []}"), "{\"a b\":{\"c\":[5.19]},\"d\":[]}");
  for (const char* number : {"0.1", "1e-7", "1.7976931348623157e308", "12345678901234567890.5"})
    EXPECT_EQ(boost::json::parse(text(number)).to_number<double>(), boost::json::parse(number).as_double());
}

TEST(Base64, ReadsExactlyWhatItWrites) {
  for (const std::string_view text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    EXPECT_EQ(text_of(from_base64(to_base64(bytes_of(text))).value()), text);
  }
  EXPECT_EQ(to_base64(bytes_of("fooba")), "Zm9vYmE=");
  for (const std::string_view text : {"Zg", "Zh==", "Z===", "====", "Zm9=v", "Zm9 "})
    EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace circuit::testing
