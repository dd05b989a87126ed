#include <boost/describe/class.hpp>

#include <circuit/store.hpp>
#include <circuit/value/codec.hpp>
#include <circuit/x.hpp>

#include "lang/objects.hpp"

namespace lang_test {

using circuit::PermRef;
using circuit::X;

/// The same as other programs know it.
struct Visit {
  std::string who;
  int times = 0;
};
struct LaterVisit {
  std::string who;
  int times = 0;
  std::vector<int> days{7};
};
struct OtherVisit {
  int times = 0;
  std::string who;
};
struct Place {
  std::string name;
  int height = 0;
};
BOOST_DESCRIBE_STRUCT(Place, (), (name, height))
struct LaterPlace {
  double width = 1.5;
  int height = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(LaterPlace, (), (width, height, name))
struct OtherPlace {
  std::string height;
};
BOOST_DESCRIBE_STRUCT(OtherPlace, (), (height))

struct Cellar {
  std::string label;
  std::vector<PermRef<Counter>> counters;
};

}  // namespace lang_test

namespace circuit::lang::testing {
namespace {

using namespace lang_test;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StoreTest : public ::testing::Test {
 protected:
  template <class... Values>
  auto read(ByteView bytes, std::size_t by = 1) {
    return import_values<Values...>(cluster[by].node(), bytes);
  }
  Cluster cluster{2};
};

TEST_F(StoreTest, ValuesComeBackAsTheyWere) {
  Bytes bytes = export_values(1, std::string("two"), std::vector<double>{3.5}, std::optional<int>());
  auto [one, two, three, none] = read<int, std::string, std::vector<double>, std::optional<int>>(bytes);
  EXPECT_EQ(one, 1);
  EXPECT_EQ(two, "two");
  EXPECT_THAT(three, ElementsAre(3.5));
  EXPECT_FALSE(none);
  read<>(export_values());
}

TEST_F(StoreTest, PermanentReferencesAreGoodForWhoeverReadsThem) {
  PermRef<Counter> counter(cluster[0].ref(std::make_shared<Counter>()));
  Bytes bytes = export_values(Cellar{"cellar", {counter, counter, {}}}, X(counter));
  auto [cellar, any] = read<Cellar, X>(bytes);
  EXPECT_EQ(cellar.label, "cellar");
  ASSERT_EQ(cellar.counters.size(), 3u);
  EXPECT_EQ(cellar.counters[0].call<&Counter::increment>(), 1);
  EXPECT_FALSE(cellar.counters[2]);
  EXPECT_EQ(any.call<int>("increment"), 2);
  // And by the exporter itself, whose own object it is.
  auto [own, own_any] = read<Cellar, X>(bytes, 0);
  EXPECT_NE(local_servant(own.counters[1].target()), nullptr);
  EXPECT_EQ(own_any.as<Counter>().call<&Counter::increment>(), 3);
  // What was imported can be exported again.
  auto [again] = read<PermRef<Counter>>(export_values(cellar.counters[0]), 0);
  EXPECT_EQ(again.call<&Counter::increment>(), 4);
}

TEST_F(StoreTest, CountedReferencesAreRefused) {
  auto counter = cluster[0].ref(std::make_shared<Counter>());
  Failure what = failure_of([&] { export_values(counter); });
  EXPECT_EQ(what.kind, ErrorKind::invalid);
  EXPECT_THAT(what.text, AllOf(HasSubstr("lang_test::Counter"), HasSubstr("PermRef")));
  EXPECT_THROW(export_values(std::vector<X>{X(counter)}), Error);
}

TEST_F(StoreTest, AReferenceToAnotherClassIsRefused) {
  PermRef<Calculator> calculator(cluster[0].ref(std::make_shared<Calculator>()));
  EXPECT_THAT(failure_of([&] { read<PermRef<Counter>>(export_values(calculator)); }).text,
              HasSubstr("expected a reference to lang_test::Counter, got one to lang_test::Calculator"));
}

TEST_F(StoreTest, AProgramWithMoreOrFewerFieldsReadsThem) {
  auto [later] = read<LaterVisit>(export_values(Visit{"me", 3}));
  EXPECT_EQ(later.who, "me");
  EXPECT_THAT(later.days, ElementsAre(7));
  auto [earlier] = read<std::vector<Visit>>(export_values(std::vector<LaterVisit>{{"you", 4, {1, 2}}}));
  EXPECT_EQ(earlier.at(0).times, 4);
  auto [place] = read<LaterPlace>(export_values(Place{"hill", 300}));
  EXPECT_EQ(place.name, "hill");
  EXPECT_EQ(place.height, 300);
  EXPECT_EQ(place.width, 1.5);
  auto [before] = read<Place>(export_values(LaterPlace{2.5, 8000, "mountain"}));
  EXPECT_EQ(before.height, 8000);
}

TEST_F(StoreTest, OtherTypesAreRefusedWithBothDescriptors) {
  auto text_of = [&](auto read) { return failure_of(read).text; };
  EXPECT_THAT(text_of([&] {
                read<OtherVisit>(export_values(Visit{"me", 3}));
              }),
              AllOf(HasSubstr("tuple<struct{text,i32}>"), HasSubstr("tuple<struct{i32,text}>")));
  EXPECT_THAT(text_of([&] {
                read<OtherPlace>(export_values(Place{"hill", 300}));
              }),
              AllOf(HasSubstr("{name:text,height:i32}"), HasSubstr("{height:text}")));
  EXPECT_THAT(text_of([&] { read<std::string>(export_values(1)); }), HasSubstr("tuple<i32>"));
  EXPECT_THAT(text_of([&] { read<int, int>(export_values(1)); }), HasSubstr("tuple<i32,i32>"));
  EXPECT_THAT(text_of([&] { read<std::int64_t>(export_values(1)); }), HasSubstr("tuple<i64>"));
  EXPECT_THAT(text_of([&] { read<Place>(export_values(Visit{})); }), HasSubstr("struct{text,i32}"));
}

TEST_F(StoreTest, BytesThatAreSomethingElseEndInAnError) {
  EXPECT_THROW(read<int>(Bytes()), Error);
  EXPECT_THROW(read<int>(bytes_of("hello")), Error);
  EXPECT_THROW(read<int>(to_cbor(std::vector<std::string>{"a", "b", "c"})), Error);
  PermRef<Counter> counter(cluster[0].ref(std::make_shared<Counter>()));
  Bytes good = export_values(std::string("text"), counter, std::vector<int>{1, 2, 3});
  Buffer bad(good.view());
  for (std::size_t cut = 0; cut < bad.size(); ++cut)
    EXPECT_THROW((read<std::string, PermRef<Counter>, std::vector<int>>(bad.view().first(cut))), Error);
  for (std::size_t at = 0; at < bad.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      Buffer flipped(good.view());
      flipped.data()[at] ^= static_cast<std::byte>(1 << bit);
      try {
        read<std::string, PermRef<Counter>, std::vector<int>>(flipped);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::invalid);
      }
    }
  bad.append(bytes_of("x"));
  EXPECT_THROW((read<std::string, PermRef<Counter>, std::vector<int>>(bad)), Error);
}

}  // namespace
}  // namespace circuit::lang::testing
