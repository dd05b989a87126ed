#include <bit>

#include <circuit/value/descriptor.hpp>

#include "value/rich.hpp"

namespace circuit::testing {

struct Outer;
struct Inner {
  std::vector<Outer> outers;
  std::vector<Inner> inners;
};
struct Outer {
  std::vector<Inner> inners;
  std::optional<Point> point;
};

namespace {

TEST(Descriptor, NamesSingleThings) {
  EXPECT_EQ(descriptor_of<void>(), "void");
  EXPECT_EQ(descriptor_of<std::monostate>(), "void");
  EXPECT_EQ(descriptor_of<bool>(), "bool");
  EXPECT_EQ(descriptor_of<std::int8_t>(), "i8");
  EXPECT_EQ(descriptor_of<short>(), "i16");
  EXPECT_EQ(descriptor_of<int>(), "i32");
  EXPECT_EQ(descriptor_of<long>(), descriptor_of<long long>());
  EXPECT_EQ(descriptor_of<std::size_t>(), "u64");
  EXPECT_EQ(descriptor_of<char8_t>(), "u8");
  EXPECT_EQ(descriptor_of<std::byte>(), "u8");
  EXPECT_EQ(descriptor_of<float>(), "f32");
  EXPECT_EQ(descriptor_of<double>(), "f64");
  EXPECT_EQ(descriptor_of<std::string>(), "text");
  EXPECT_EQ(descriptor_of<std::string_view>(), "text");
  EXPECT_EQ(descriptor_of<std::vector<std::byte>>(), "bytes");
  EXPECT_EQ(descriptor_of<std::vector<unsigned char>>(), "bytes");
  EXPECT_EQ(descriptor_of<Bytes>(), "bytes");
  EXPECT_EQ(descriptor_of<std::chrono::hours>(), "duration");
  EXPECT_EQ(descriptor_of<std::chrono::system_clock::time_point>(), "time");
  EXPECT_EQ(descriptor_of<Color>(), "enum<u8>");
}

TEST(Descriptor, NamesWhatHoldsOthers) {
  EXPECT_EQ(descriptor_of<std::vector<int>>(), "list<i32>");
  EXPECT_EQ(descriptor_of<std::vector<bool>>(), "list<bool>");
  EXPECT_EQ(descriptor_of<std::deque<int>>(), "list<i32>");
  EXPECT_EQ(descriptor_of<std::list<int>>(), "list<i32>");
  EXPECT_EQ((descriptor_of<std::array<int, 3>>()), "array<i32,3>");
  EXPECT_EQ(descriptor_of<std::set<int>>(), "set<i32>");
  EXPECT_EQ(descriptor_of<std::unordered_set<int>>(), "set<i32>");
  EXPECT_EQ((descriptor_of<std::map<int, std::string>>()), "map<i32,text>");
  EXPECT_EQ((descriptor_of<std::unordered_map<int, std::string>>()), "map<i32,text>");
  EXPECT_EQ(descriptor_of<std::optional<int>>(), "optional<i32>");
  EXPECT_EQ((descriptor_of<std::variant<int, bool>>()), "variant<i32,bool>");
  EXPECT_EQ((descriptor_of<std::tuple<int, bool>>()), "tuple<i32,bool>");
  EXPECT_EQ((descriptor_of<std::pair<int, bool>>()), "tuple<i32,bool>");
  EXPECT_EQ(descriptor_of<std::tuple<>>(), "tuple<>");
}

TEST(Descriptor, NamesTheFieldsOfDescribedStructsAlone) {
  EXPECT_EQ(descriptor_of<Point>(), "struct{f64,f64}");
  EXPECT_EQ(descriptor_of<Nothing>(), "struct{}");
  EXPECT_EQ(descriptor_of<Post>(),
            "struct{id:u64,title:text,tags:list<text>,place:optional<struct{f64,f64}>}");
  EXPECT_EQ(descriptor_of<Failure>(), "struct{enum<u8>,text,text,bool}");
  EXPECT_EQ(descriptor_of<Error>(), descriptor_of<Failure>());
  EXPECT_EQ(descriptor_of<Address>(), "struct{struct{u64},u64,text,i32,u64,text}");
}

TEST(Descriptor, EndsRecursionInABackReference) {
  EXPECT_EQ(descriptor_of<Tree>(), "struct{text,list<^0>}");
  EXPECT_EQ(descriptor_of<Outer>(), "struct{list<struct{list<^1>,list<^0>}>,optional<struct{f64,f64}>}");
  EXPECT_EQ(descriptor_of<Inner>(), "struct{list<struct{list<^1>,optional<struct{f64,f64}>}>,list<^0>}");
}

TEST(SignatureId, IsTheSameForEver) {
  EXPECT_EQ(signature_id(""), 0xefd01f60ba992926U);
  EXPECT_EQ(signature_id("i32"), 0x2a8405a9be791e57U);
  EXPECT_EQ(signature_id("struct{text,list<^0>}"), 0xa53ad88062084df4U);
}

TEST(SignatureId, DiffersInManyBitsForNeighbours) {
  EXPECT_GT(std::popcount(signature_id("greet(u8)") ^ signature_id("greet(u9)")), 10);
}

}  // namespace
}  // namespace circuit::testing
