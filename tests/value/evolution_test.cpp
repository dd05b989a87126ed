#include "value/rich.hpp"

namespace circuit::testing {

struct PlainOld {
  int a = 1;
  std::string b = "b";
};
struct PlainNew {
  int a = 1;
  std::string b = "b";
  std::optional<int> c = 3;
  std::vector<Point> d = {{1, 2}};
};

struct NamedOld {
  int a = 1;
  std::string gone = "gone";
  Point kept;
};
BOOST_DESCRIBE_STRUCT(NamedOld, (), (a, gone, kept))
struct NamedNew {
  Point kept;
  std::vector<std::string> added = {"default"};
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(NamedNew, (), (kept, added, a))

namespace {

template <class To, class From>
To as(const From& from) {
  To to;
  std::string error;
  EXPECT_TRUE(from_cbor(to_cbor(from), to, &error)) << error;
  return to;
}

TEST(Evolution, APlainStructMayGrowAtItsEnd) {
  const auto grown = as<PlainNew>(PlainOld{5, "x"});
  EXPECT_EQ(grown.a, 5);
  EXPECT_EQ(grown.b, "x");
  EXPECT_EQ(grown.c, 3);
  EXPECT_EQ(grown.d.size(), 1U);
}

TEST(Evolution, APlainStructMayBeReadByAnOlderReader) {
  const auto cut = as<PlainOld>(PlainNew{6, "y", 7, {{}, {}}});
  EXPECT_EQ(cut.a, 6);
  EXPECT_EQ(cut.b, "y");
  const auto inside = as<std::vector<PlainOld>>(std::vector<PlainNew>(3));
  EXPECT_EQ(inside.size(), 3U);
}

TEST(Evolution, ADescribedStructMayGainLoseAndReorderFields) {
  const auto newer = as<NamedNew>(NamedOld{4, "dropped", {1, 2}});
  EXPECT_EQ(newer.a, 4);
  EXPECT_EQ(newer.kept, (Point{1, 2}));
  EXPECT_EQ(newer.added.at(0), "default");
  const auto older = as<NamedOld>(NamedNew{{3, 4}, {"x", "y"}, 9});
  EXPECT_EQ(older.a, 9);
  EXPECT_EQ(older.gone, "gone");
  EXPECT_EQ(older.kept, (Point{3, 4}));
}

}  // namespace
}  // namespace circuit::testing
