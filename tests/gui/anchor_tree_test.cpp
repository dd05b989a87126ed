#include "model/anchor_tree.hpp"

#include <gtest/gtest.h>
#include <random>

#include "gui/scenes.hpp"

namespace circuit::gui {
namespace {

monitor::WorkerPointer at(std::uint64_t id, std::vector<std::string> anchors) {
  auto record = testing::worker(id);
  record.anchors = std::move(anchors);
  return std::make_shared<const spawn::WorkerRecord>(record);
}

/// The lines as text: name and count, or the worker's id.
std::vector<std::string> lines_of(AnchorTree& tree) {
  std::vector<std::string> lines;
  for (const auto& row : tree.rows()) {
    std::string line(row.depth * 2, ' ');
    line += row.directory != nullptr ? row.directory->name + " " + std::to_string(row.directory->count)
                                     : std::to_string(row.worker->address.id.value);
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(AnchorTree, ShowsDirectoriesWithTheWorkersBelowThemEachOnce) {
  AnchorTree tree;
  tree.take({0, 1, {at(1, {"/a/x", "/a/y"}), at(2, {"/a"})}, {}, {}});
  EXPECT_EQ(lines_of(tree), (Lines{"a 2"}));
  EXPECT_EQ(tree.count(), 2U);
  tree.set_unfolded("/a", true);
  EXPECT_EQ(lines_of(tree), (Lines{"a 2", "  x 1", "  y 1", "  2"}));
  tree.set_unfolded("/a/x", true);
  EXPECT_EQ(lines_of(tree), (Lines{"a 2", "  x 1", "    1", "  y 1", "  2"}));
}

TEST(AnchorTree, ADirectoryGoesWithItsLastWorker) {
  AnchorTree tree;
  tree.take({0, 1, {at(1, {"/a/b/c", "/a/b", "/a/b/c"}), at(2, {"/z"})}, {}, {}});
  tree.take({1, 2, {}, {WorkerId{1}, WorkerId{5}}, {}});
  EXPECT_EQ(lines_of(tree), (Lines{"z 1"}));
  auto dead = *at(2, {"/z"});
  dead.state = spawn::WorkerState::dead;
  tree.take({2, 3, {std::make_shared<const spawn::WorkerRecord>(dead)}, {}, {}});
  EXPECT_TRUE(tree.rows().empty());
  EXPECT_EQ(tree.count(), 0U);
}

TEST(AnchorTree, AWorkerThatMovesIsWhereItIsNow) {
  AnchorTree tree;
  tree.take({0, 1, {at(1, {"/a"})}, {}, {}});
  tree.take({1, 2, {at(1, {"/b/c"})}, {}, {}});
  tree.set_unfolded("/b", true);
  EXPECT_EQ(lines_of(tree), (Lines{"b 1", "  c 1"}));
}

TEST(AnchorTree, AfterAnyChangesItIsAsOneThatWasMadeAtOnce) {
  std::mt19937 random(3);
  AnchorTree tree;
  std::map<std::uint64_t, monitor::WorkerPointer> now;
  auto path = [&] {
    std::string text;
    for (unsigned i = 0; i <= random() % 3; ++i)
      text += "/" + std::string(1, static_cast<char>('a' + random() % 3));
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    monitor::Delta delta;
    const std::uint64_t id = 1 + random() % 8;
    if (random() % 3 == 0) {
      delta.removed = {WorkerId{id}};
      now.erase(id);
    } else {
      delta.changed = {at(id, {path(), path()})};
      now[id] = delta.changed[0];
    }
    tree.take(delta);
    AnchorTree fresh;
    monitor::Delta whole;
    for (const auto& [key, worker] : now) whole.changed.push_back(worker);
    fresh.take(whole);
    for (const char* one : {"/a", "/b", "/c", "/a/a", "/a/b", "/b/a"}) {
      tree.set_unfolded(one, true);
      fresh.set_unfolded(one, true);
    }
    ASSERT_EQ(lines_of(tree), lines_of(fresh)) << round;
  }
}

TEST(AnchorTree, TakesHostilePaths) {
  AnchorTree tree;
  monitor::Delta delta;
  for (auto& record : testing::hostile_workers())
    delta.changed.push_back(std::make_shared<const spawn::WorkerRecord>(record));
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "/x";
  delta.changed.push_back(at(99, {deep}));
  tree.take(delta);
  EXPECT_FALSE(tree.rows().empty());
  monitor::Delta gone;
  for (const auto& worker : delta.changed) gone.removed.push_back(worker->address.id);
  tree.take(gone);
  EXPECT_TRUE(tree.rows().empty());
}

}  // namespace
}  // namespace circuit::gui
