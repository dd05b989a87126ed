#include "model/filter.hpp"

#include <gtest/gtest.h>

#include "gui/scenes.hpp"
#include "model/worker_index.hpp"

namespace circuit::gui {
namespace {

/// The ids of the workers that a filter shows.
std::vector<std::uint64_t> shown_by(const std::string& text) {
  auto greet = testing::worker(1, "greet", R"(["world"])");
  auto sleep = testing::worker(2);
  sleep.address.host = "web7";
  sleep.anchors = {"/trend/reducer", "/host/web7"};
  sleep.state = spawn::WorkerState::suspect;
  auto dead = testing::worker(3, "burn");
  dead.anchors = {"/trendy"};
  dead.state = spawn::WorkerState::dead;
  dead.started_wall_ns = testing::start_ns - 3600 * testing::second_ns;
  WorkerIndex index;
  monitor::Delta delta;
  for (const auto& record : {greet, sleep, dead})
    delta.changed.push_back(std::make_shared<const spawn::WorkerRecord>(record));
  index.take(delta);
  index.set_order({Column::id, false});
  index.set_filter(text);
  std::vector<std::uint64_t> ids;
  for (const WorkerEntry* entry : index.visible(testing::start_ns))
    ids.push_back(entry->worker->address.id.value);
  return ids;
}

using Ids = std::vector<std::uint64_t>;

TEST(Filter, FindsFreeWordsInIdHostPidFunctionAndAnchors) {
  EXPECT_EQ(shown_by("WORLD"), (Ids{1}));
  EXPECT_EQ(shown_by("web7"), (Ids{2}));
  EXPECT_EQ(shown_by("1003"), (Ids{3}));
  EXPECT_EQ(shown_by("r0000000000000002"), (Ids{2}));
  EXPECT_EQ(shown_by("reducer"), (Ids{2}));
  EXPECT_EQ(shown_by(""), (Ids{1, 2, 3}));
}

TEST(Filter, ComparesFieldsAsAWholeOrWithStars) {
  EXPECT_EQ(shown_by("host:web*"), (Ids{2}));
  EXPECT_EQ(shown_by("host:web"), (Ids{}));
  EXPECT_EQ(shown_by("state:dead"), (Ids{3}));
  EXPECT_EQ(shown_by("function:*e*p"), (Ids{2}));
  EXPECT_EQ(shown_by("pid:1001"), (Ids{1}));
  EXPECT_EQ(shown_by("id:R0000000000000003"), (Ids{3}));
}

TEST(Filter, AnAnchorMeansAllThatStandsUnderIt) {
  EXPECT_EQ(shown_by("anchor:/trend"), (Ids{2}));
  EXPECT_EQ(shown_by("anchor:/trend/"), (Ids{2}));
  EXPECT_EQ(shown_by("anchor:/trend*"), (Ids{2, 3}));
}

TEST(Filter, ComparesAges) {
  EXPECT_EQ(shown_by("age>5m"), (Ids{3}));
  EXPECT_EQ(shown_by("age<5m"), (Ids{1, 2}));
  EXPECT_EQ(shown_by("age>0.5h"), (Ids{3}));
}

TEST(Filter, AnExclamationMarkMeansTheContraryAndAllMustHold) {
  EXPECT_EQ(shown_by("state:!dead"), (Ids{1, 2}));
  EXPECT_EQ(shown_by("!greet"), (Ids{2, 3}));
  EXPECT_EQ(shown_by("!state:!dead"), (Ids{3}));
  EXPECT_EQ(shown_by("state:!dead !greet"), (Ids{2}));
}

TEST(Filter, QuotesHoldAValueTogether) {
  EXPECT_EQ(parse_filter("\"a b\" c").tokens.size(), 3U);
  EXPECT_EQ(shown_by("\"no such thing\""), (Ids{}));
}

TEST(Filter, SaysWhatIsWrong) {
  EXPECT_NE(parse_filter("bogus:1").problem.find("there is no field \"bogus\""), std::string::npos);
  EXPECT_NE(parse_filter("age:5").problem.find("compare an age"), std::string::npos);
  EXPECT_NE(parse_filter("age>5").problem.find("an age is a number"), std::string::npos);
  EXPECT_NE(parse_filter("host>x").problem.find("host takes"), std::string::npos);
  EXPECT_NE(parse_filter("host:").problem.find("needs a value"), std::string::npos);
  EXPECT_NE(parse_filter("!").problem.find("what should not match"), std::string::npos);
}

TEST(Filter, TakesAnyBytes) {
  for (const std::string& text : testing::hostile_texts()) {
    const Filter filter = parse_filter(text);
    std::string whole;
    for (const FilterToken& token : filter.tokens) whole += token.text;
    EXPECT_EQ(whole, text);
  }
}

TEST(Filter, WithAnAnchorTakesItInAndOut) {
  EXPECT_EQ(with_anchor(parse_filter(""), "/t"), "anchor:/t");
  EXPECT_EQ(with_anchor(parse_filter("greet anchor:/u"), "/t"), "anchor:/t greet");
  EXPECT_EQ(with_anchor(parse_filter("anchor:/t greet"), "/t"), "greet");
  EXPECT_EQ(with_anchor(parse_filter(""), "/a b"), "anchor:\"/a b\"");
}

}  // namespace
}  // namespace circuit::gui
