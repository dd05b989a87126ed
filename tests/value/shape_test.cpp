#include "value/shape.hpp"

#include "base/limits.hpp"
#include "value/rich.hpp"

namespace circuit::testing {
namespace {

std::string shown(std::string_view descriptor) {
  const auto shape = parse_shape(descriptor);
  return shape ? pretty(*shape) : "error: " + shape.error().text;
}

TEST(Shape, ReadsEveryDescriptorThatIsWritten) {
  EXPECT_TRUE(parse_shape(descriptor_of<Rich>())) << descriptor_of<Rich>();
  EXPECT_TRUE(parse_shape("void"));
  EXPECT_EQ(shown(descriptor_of<Post>()), "{id: u64, title: text, tags: list<text>, place: {f64, f64}?}");
  EXPECT_EQ(shown(descriptor_of<Tree>()), "{text, list<^0>}");
  EXPECT_EQ(shown("variant<i32,tuple<bool,f32>,array<u8,4>>"), "(i32 | (bool, f32) | u8[4])");
  EXPECT_EQ(shown("map<text,set<enum<i32>>>"), "map<text, set<enum<i32>>>");
  EXPECT_EQ(shown("struct{text:text,list:list<i8>}"), "{text: text, list: list<i8>}");
}

TEST(Shape, ReadsReferencesChannelsAndTypesOfOthers) {
  EXPECT_EQ(shown("ref<std::map<int, Foo<Bar>>>"), "ref<std::map<int, Foo<Bar>>>");
  EXPECT_EQ(shown("channel<list<i32>>"), "channel<list<i32>>");
  EXPECT_EQ(shown("optional<url>"), "url?");
  EXPECT_EQ(shown("matrix<f64,3x3>"), "matrix<f64, 3x3>");
}

TEST(Shape, SaysWhereADescriptorIsWrong) {
  EXPECT_EQ(shown(""), "error: type descriptor: expected a type at byte 0");
  EXPECT_EQ(shown("list<i32"), "error: type descriptor: expected '>' at byte 8");
  EXPECT_EQ(shown("list"), "error: type descriptor: expected '<' at byte 4");
  EXPECT_EQ(shown("list<i8,i8>"),
            "error: type descriptor: expected another number of types before at byte 11");
  EXPECT_EQ(shown("i32 "), "error: type descriptor: expected the end at byte 3");
  EXPECT_EQ(shown("struct{a:i32,i32}"), "error: type descriptor: expected a name at byte 13");
  EXPECT_EQ(shown("struct{i32,a:i32}"),
            "error: type descriptor: expected no name, as the fields before have none, at byte 13");
  EXPECT_EQ(shown("^0"),
            "error: type descriptor: expected a reference to an enclosing struct before at byte 2");
  EXPECT_EQ(shown("array<u8,99999999999999999999>"), "error: type descriptor: expected a number at byte 9");
}

TEST(Shape, HoldsItsLimits) {
  EXPECT_EQ(shown(std::string(limits::descriptor_bytes + 1, 'x')),
            "error: a type descriptor of 65537 bytes is longer than the limit of 65536");
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "list<";
  EXPECT_EQ(shown(deep), "error: type descriptor: expected at most 64 levels at byte 320");
}

}  // namespace
}  // namespace circuit::testing
