#include "model/worker_index.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "gui/scenes.hpp"

namespace circuit::gui {
namespace {

monitor::Delta changed(const std::vector<spawn::WorkerRecord>& records) {
  monitor::Delta delta;
  for (const auto& record : records)
    delta.changed.push_back(std::make_shared<const spawn::WorkerRecord>(record));
  delta.hosts = {{"localhost", true, {}, 1}};
  return delta;
}

std::vector<std::uint64_t> ids_of(WorkerIndex& index) {
  std::vector<std::uint64_t> ids;
  for (const WorkerEntry* entry : index.visible(testing::start_ns))
    ids.push_back(entry->worker->address.id.value);
  return ids;
}

TEST(WorkerIndex, SortsByEveryColumnBothWays) {
  WorkerIndex index;
  auto a = testing::worker(1, "b"), b = testing::worker(2, "c"), c = testing::worker(3, "a");
  a.address.host = "z";
  b.state = spawn::WorkerState::suspect;
  c.anchors = {"/a"};
  a.anchors = {"/b"};
  b.anchors = {"/c"};
  index.take(changed({a, b, c}));
  const std::vector<std::pair<Column, std::vector<std::uint64_t>>> orders = {
      {Column::id, {1, 2, 3}},       {Column::host, {2, 3, 1}},    {Column::pid, {1, 2, 3}},
      {Column::function, {3, 1, 2}}, {Column::anchors, {3, 1, 2}}, {Column::state, {2, 1, 3}},
      {Column::age, {1, 2, 3}}};
  for (const auto& [column, wanted] : orders) {
    index.set_order({column, false});
    EXPECT_EQ(ids_of(index), wanted) << static_cast<int>(column);
  }
  index.set_order({Column::pid, false});
  index.sort_by(Column::pid);
  EXPECT_EQ(ids_of(index), (std::vector<std::uint64_t>{3, 2, 1}));
  EXPECT_TRUE(index.order().descending);
}

TEST(WorkerIndex, EqualRowsStandInTheOrderOfTheirIdsWhicheverWay) {
  WorkerIndex index;
  index.take(changed({testing::worker(3), testing::worker(1), testing::worker(2)}));
  index.set_order({Column::host, true});
  EXPECT_EQ(ids_of(index), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(WorkerIndex, CountsTheLivingTheDeadAndTheNewOnes) {
  WorkerIndex index;
  auto app = testing::worker(9);
  app.app = true;
  index.take(changed({testing::worker(1), testing::worker(2), app}));
  EXPECT_EQ(index.figures().workers, 2U);
  EXPECT_EQ(index.figures().apps, 1U);
  EXPECT_EQ(index.figures().spawned, 0U) << "those that were there are not new";
  auto dead = testing::worker(1);
  dead.state = spawn::WorkerState::dead;
  auto suspect = testing::worker(2);
  suspect.state = spawn::WorkerState::suspect;
  index.take(changed({dead, suspect, testing::worker(3)}));
  EXPECT_EQ(index.figures().workers, 2U);
  EXPECT_EQ(index.figures().died, 1U);
  EXPECT_EQ(index.figures().suspect, 1U);
  EXPECT_EQ(index.figures().spawned, 1U);
  monitor::Delta gone;
  gone.removed = {WorkerId{1}, WorkerId{3}, WorkerId{77}};
  index.take(gone);
  EXPECT_EQ(index.figures().died, 2U) << "the one that went without a word has died too, and none twice";
  EXPECT_EQ(index.size(), 2U);
}

TEST(WorkerIndex, AFilterWithAProblemLeavesTheLastGoodOne) {
  WorkerIndex index;
  index.take(changed({testing::worker(1, "greet"), testing::worker(2)}));
  index.set_filter("greet");
  index.set_filter("greet bogus:1");
  EXPECT_EQ(ids_of(index), (std::vector<std::uint64_t>{1}));
  EXPECT_FALSE(index.filter().problem.empty());
}

TEST(WorkerIndex, IsNotSortedAnewWhenNothingHasChanged) {
  WorkerIndex index;
  index.take(changed(testing::workers(100)));
  const auto* first = index.visible(1).data();
  EXPECT_EQ(index.visible(2'000'000'000'000).data(), first);
  const auto copy = index.visible(1);
  index.take({});
  EXPECT_EQ(index.visible(1), copy);
}

TEST(WorkerIndex, AFilterByAgeIsLookedAtAsTimeGoesBy) {
  WorkerIndex index;
  auto young = testing::worker(1);
  young.started_wall_ns = testing::start_ns;
  index.take(changed({young}));
  index.set_filter("age>5s");
  EXPECT_EQ(index.visible(testing::start_ns + testing::second_ns).size(), 0U);
  EXPECT_EQ(index.visible(testing::start_ns + 6 * testing::second_ns).size(), 1U);
}

}  // namespace
}  // namespace circuit::gui
