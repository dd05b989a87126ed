#include "monitor/snapshot.hpp"

#include <gtest/gtest.h>

#include "monitor/records.hpp"

namespace circuit::monitor {
namespace {

using testing::worker;

Snapshot picture(std::uint64_t sequence, std::vector<spawn::WorkerRecord> workers) {
  Snapshot snapshot;
  snapshot.sequence = sequence;
  for (spawn::WorkerRecord& record : workers) {
    WorkerId id = record.address.id;
    snapshot.workers[id] = std::make_shared<const spawn::WorkerRecord>(std::move(record));
  }
  return snapshot;
}

TEST(Difference, IsEmptyBetweenEqualSnapshotsThatShareNothing) {
  Delta delta = difference(picture(1, {worker(1), worker(2)}), picture(2, {worker(2), worker(1)}));
  EXPECT_TRUE(delta.empty());
  EXPECT_EQ(delta.from, 1u);
  EXPECT_EQ(delta.to, 2u);
}

TEST(Difference, NamesWhatIsNewWhatHasChangedAndWhatIsGoneInOrder) {
  Snapshot before = picture(4, {worker(1), worker(2), worker(3), worker(9)});
  Snapshot after = picture(7, {worker(1), worker(3, spawn::WorkerState::suspect), worker(5), worker(4)});
  Delta delta = difference(before, after);
  ASSERT_EQ(delta.changed.size(), 3u);
  EXPECT_EQ(delta.changed[0]->address.id, WorkerId{3});
  EXPECT_EQ(delta.changed[1]->address.id, WorkerId{4});
  EXPECT_EQ(delta.changed[2]->address.id, WorkerId{5});
  EXPECT_EQ(delta.removed, (std::vector<WorkerId>{{2}, {9}}));
}

TEST(Difference, CarriesAllHostsWhenOneOfThemDiffers) {
  Snapshot before = picture(1, {});
  before.hosts = {{"a", true, {}, 5}, {"b", true, {}, 5}};
  Snapshot after = before;
  EXPECT_TRUE(difference(before, after).empty());
  after.hosts[1].connected = false;
  EXPECT_EQ(difference(before, after).hosts.size(), 2u);
}

}  // namespace
}  // namespace circuit::monitor
