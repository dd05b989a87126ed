#include "model/call_rows.hpp"

#include <gtest/gtest.h>

#include "gui/scenes.hpp"

namespace circuit::gui {
namespace {

monitor::CallsPointer reading(std::vector<monitor::Call> calls) {
  auto all = std::make_shared<monitor::Calls>();
  all->calls = std::move(calls);
  return all;
}

monitor::Call call(std::uint64_t caller, std::uint64_t id, std::uint64_t callee, std::string method) {
  monitor::Call one;
  one.caller = WorkerId{caller};
  one.id = id;
  one.callee = WorkerId{callee};
  one.method = std::move(method);
  one.arguments = R"(["x"])";
  return one;
}

TEST(CallRows, ACallWithinAnotherHangsBelowIt) {
  auto inner = call(2, 9, 3, "inner");
  inner.parent_caller = WorkerId{1};
  inner.parent_id = 7;
  auto innermost = call(3, 1, 4, "innermost");
  innermost.parent_caller = WorkerId{2};
  innermost.parent_id = 9;
  auto orphan = call(5, 1, 6, "orphan");
  orphan.parent_caller = WorkerId{77};
  orphan.parent_id = 1;
  CallRows rows;
  rows.take(reading({call(1, 7, 2, "outer"), inner, innermost, orphan}));
  ASSERT_EQ(rows.rows().size(), 4U);
  std::vector<std::size_t> indents;
  for (const auto& row : rows.rows()) indents.push_back(row.indent);
  EXPECT_EQ(indents, (std::vector<std::size_t>{0, 1, 2, 0}));
  EXPECT_EQ(rows.rows()[0].arguments, "\"x\"");
}

TEST(CallRows, FreeWordsOfTheFilterChoose) {
  CallRows rows;
  rows.take(reading({call(1, 1, 2, "greet"), call(1, 2, 3, "sleep")}));
  rows.set_filter("SLEEP host:web state:!dead");
  ASSERT_EQ(rows.rows().size(), 1U);
  EXPECT_EQ(rows.rows()[0].method, "sleep");
  rows.set_filter("R0000000000000002");
  ASSERT_EQ(rows.rows().size(), 1U);
  EXPECT_EQ(rows.rows()[0].method, "greet");
  EXPECT_EQ(rows.size(), 2U);
  rows.set_filter("method:gr* caller:R0000000000000001");
  ASSERT_EQ(rows.rows().size(), 1U);
  EXPECT_EQ(rows.rows()[0].method, "greet");
  rows.set_filter("!method:greet phase:sent");
  ASSERT_EQ(rows.rows().size(), 1U);
  EXPECT_EQ(rows.rows()[0].method, "sleep");
  EXPECT_EQ(rows.filter().problem, "");
  rows.set_filter("bogus:1");
  EXPECT_NE(rows.filter().problem, "");
}

TEST(CallRows, OfAWorkerAreThoseItMakesAndThoseItServes) {
  CallRows rows;
  rows.set_filter("nothing");
  rows.take(reading({call(1, 1, 2, "a"), call(2, 1, 3, "b"), call(3, 1, 4, "c")}));
  const auto own = rows.of(WorkerId{2});
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own[0].method, "a");
  EXPECT_EQ(own[1].method, "b");
  EXPECT_TRUE(CallRows().of(WorkerId{2}).empty());
}

TEST(CallRows, TakesAnythingAndForgetsTheFormerReading) {
  CallRows rows;
  rows.take(reading(testing::hostile_calls()));
  EXPECT_EQ(rows.rows().size(), testing::hostile_calls().size());
  rows.take(nullptr);
  EXPECT_TRUE(rows.rows().empty());
  EXPECT_EQ(rows.size(), 0U);
}

}  // namespace
}  // namespace circuit::gui
