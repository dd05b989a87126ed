#include <cmath>
#include <limits>
#include <memory>

#include "value/hex.hpp"
#include "value/rich.hpp"

namespace circuit::testing {

/// A class with a codec of its own, and without a default constructor.
class Url {
 public:
  explicit Url(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  friend bool operator==(const Url&, const Url&) = default;

 private:
  std::string text_;
};

struct Page {
  std::vector<Url> links;
  std::optional<Url> next;
  friend bool operator==(const Page& a, const Page& b) { return a.links == b.links && a.next == b.next; }
};

struct MoveOnly {
  std::unique_ptr<int> pointer;
};

struct Interface {
  void add(int) {}
  int top() { return 0; }
};
BOOST_DESCRIBE_STRUCT(Interface, (), (add, top))

class Hidden {
 public:
  Hidden() = default;
  explicit Hidden(int value) : value_(value) {}
  friend bool operator==(const Hidden&, const Hidden&) = default;

 private:
  int value_ = 0;
  BOOST_DESCRIBE_CLASS(Hidden, (), (), (), (value_))
};

}  // namespace circuit::testing

template <>
struct circuit::Codec<circuit::testing::Url> {
  static void encode(Encoder& out, const testing::Url& value) { out.text(value.text()); }
  static void decode(Decoder& in, testing::Url& value) { value = testing::Url(std::string(in.text())); }
  static void describe(Descriptor& out) { out.append("url"); }
  static testing::Url blank() { return testing::Url(""); }
};

template <>
struct circuit::Codec<circuit::testing::MoveOnly> {
  static void encode(Encoder& out, const testing::MoveOnly& value) { out.signed_integer(*value.pointer); }
  static void decode(Decoder& in, testing::MoveOnly& value) {
    value.pointer = std::make_unique<int>(static_cast<int>(in.signed_integer(32)));
  }
  static void describe(Descriptor& out) { out.append("moveonly"); }
};

namespace circuit::testing {
namespace {

using namespace std::chrono_literals;

template <class T>
T round_trip(const T& value) {
  const Buffer bytes = to_cbor(value);
  T back = detail::blank<T>();
  std::string error;
  EXPECT_TRUE(from_cbor(bytes, back, &error)) << error << " in " << hex(bytes);
  return back;
}

#define EXPECT_ROUND_TRIP(...)               \
  {                                          \
    const auto value = __VA_ARGS__;          \
    EXPECT_TRUE(round_trip(value) == value); \
  }

TEST(Codec, KeepsEverythingOfARichValue) {
  EXPECT_ROUND_TRIP(rich());
}

TEST(Codec, KeepsTheEndsOfEveryNumber) {
  EXPECT_ROUND_TRIP(std::pair(INT8_MIN, INT8_MAX));
  EXPECT_ROUND_TRIP(std::pair(INT64_MIN, INT64_MAX));
  EXPECT_ROUND_TRIP(std::tuple(std::uint8_t{255}, std::uint16_t{65535}, UINT32_MAX, UINT64_MAX));
  EXPECT_ROUND_TRIP(std::pair(std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max()));
  EXPECT_ROUND_TRIP(std::pair(std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max()));
  EXPECT_ROUND_TRIP(std::tuple('x', u8'x', u'x', U'x', L'x', static_cast<signed char>(-1)));
  EXPECT_TRUE(std::isnan(round_trip(std::nan(""))));
  EXPECT_TRUE(std::signbit(round_trip(-0.0)));
}

TEST(Codec, KeepsEveryLevelOfOptionals) {
  using Twice = std::optional<std::optional<int>>;
  EXPECT_ROUND_TRIP(Twice());
  EXPECT_ROUND_TRIP(Twice(std::optional<int>()));
  EXPECT_ROUND_TRIP(Twice(3));
  EXPECT_ROUND_TRIP(std::optional<std::monostate>());
  EXPECT_ROUND_TRIP(std::optional<std::monostate>(std::monostate()));
  EXPECT_EQ(hex(to_cbor(std::optional<int>())), "f6");
  EXPECT_EQ(hex(to_cbor(std::optional<int>(3))), "03");
}

TEST(Codec, KeepsEmptyThings) {
  EXPECT_ROUND_TRIP(Nothing());
  EXPECT_ROUND_TRIP(std::tuple<>());
  EXPECT_ROUND_TRIP(std::vector<int>());
  EXPECT_ROUND_TRIP(std::array<int, 0>());
  EXPECT_ROUND_TRIP(std::array<Point, 0>());
  EXPECT_ROUND_TRIP(std::map<int, int>());
  EXPECT_ROUND_TRIP(std::string());
  EXPECT_ROUND_TRIP(Bytes());
}

TEST(Codec, WritesStructsAsDocumented) {
  EXPECT_EQ(hex(to_cbor(Point{1, 2})), "82f93c00f94000");
  EXPECT_EQ(hex(to_cbor(Post{1, "a", {}, {}})), "a462696401657469746c65616164746167738065706c616365f6");
  EXPECT_EQ(hex(to_cbor(std::variant<int, bool>(true))), "8201f5");
  EXPECT_EQ(hex(to_cbor(1500ms)), "1a59682f00");
  EXPECT_EQ(hex(to_cbor(Color::green)), "02");
  EXPECT_EQ(hex(to_cbor(std::map<std::string, int>{{"a", 1}})), "a1616101");
}

TEST(Codec, KeepsErrors) {
  const Error error = round_trip(Error(Failure{ErrorKind::dead, "it died", "Type", true}));
  EXPECT_EQ(error.kind(), ErrorKind::dead);
  EXPECT_EQ(error.failure().text, "it died");
  EXPECT_EQ(error.type(), "Type");
  EXPECT_TRUE(error.may_have_run());
  EXPECT_EQ(round_trip(std::vector{error}).at(0).kind(), ErrorKind::dead);
}

TEST(Codec, TakesClassesWithACodecOfTheirOwn) {
  EXPECT_ROUND_TRIP(Page{{Url("http://a"), Url("http://b")}, Url("http://c")});
  EXPECT_EQ(descriptor_of<Page>(), "struct{list<url>,optional<url>}");
  std::vector<MoveOnly> many(1);
  many[0].pointer = std::make_unique<int>(5);
  const Buffer bytes = to_cbor(many);
  std::vector<MoveOnly> back;
  ASSERT_TRUE(from_cbor(bytes, back));
  EXPECT_EQ(*back.at(0).pointer, 5);
}

TEST(Codec, TakesDescribedClassesWithPrivateData) {
  EXPECT_ROUND_TRIP(Hidden(5));
  EXPECT_EQ(descriptor_of<Hidden>(), "struct{value_:i32}");
}

TEST(Codec, KnowsWhatIsAValue) {
  static_assert(Value<int> && Value<Rich> && Value<Url> && Value<std::vector<Post>>);
  static_assert(!Value<int*> && !Value<int&> && !Value<void (*)()> && !Value<long double>);
  static_assert(!Value<std::string_view> && Encodable<std::string_view>);
  static_assert(!Value<std::multimap<int, int>> && !Value<std::unique_ptr<int>>);
  static_assert(!Value<Interface>, "described for its functions alone");
}

TEST(Codec, CountsDurationsInNanoseconds) {
  EXPECT_ROUND_TRIP(-1ns);
  EXPECT_ROUND_TRIP(24h);
  EXPECT_ROUND_TRIP(std::chrono::duration<double>(0.7));
  EXPECT_EQ(hex(to_cbor(std::chrono::duration<double>(0.7))), "1a29b92700");
  std::chrono::seconds coarse{};
  ASSERT_TRUE(from_cbor(to_cbor(-1900ms), coarse));
  EXPECT_EQ(coarse, -1s);
}

TEST(Codec, RefusesToSendDurationsThatDoNotFit) {
  EXPECT_THROW(to_cbor(std::chrono::hours::max()), Error);
  EXPECT_THROW(to_cbor(std::chrono::duration<double>(std::nan(""))), Error);
  EXPECT_THROW(to_cbor(std::chrono::duration<double>(1e300)), Error);
  EXPECT_ROUND_TRIP(std::chrono::nanoseconds::max());
  EXPECT_ROUND_TRIP(std::chrono::nanoseconds::min());
}

TEST(Codec, RefusesMoreThanOneValue) {
  int value = 0;
  EXPECT_TRUE(from_cbor(unhex("01"), value));
  EXPECT_FALSE(from_cbor(unhex("0101"), value));
  EXPECT_FALSE(from_cbor({}, value));
}

}  // namespace
}  // namespace circuit::testing
