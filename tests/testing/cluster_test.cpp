// An app's unit test without agent, process or socket; also the example of one.
#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <gmock/gmock.h>
#include <mutex>
#include <thread>

#include <circuit/circuit.hpp>
#include <circuit/testing.hpp>

class Counter {
 public:
  std::int32_t add(std::int32_t by) { return total_ += by; }

 private:
  std::int32_t total_ = 0;
};
CIRCUIT_INTERFACE(Counter, add);

namespace circuit::testing {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using namespace std::chrono_literals;

std::string shout(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}
CIRCUIT_FUNCTION(shout);

Ref<Counter> counter() { return here().make<Counter>(); }
CIRCUIT_FUNCTION(counter);

void produce(Channel<std::int32_t> to, std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i) to.send(i);
  to.close();
}
CIRCUIT_FUNCTION(produce);

/// Spawns a worker of its own.
std::string grandchild(std::string text) { return here().spawn("elsewhere", {}, shout, text).value; }
CIRCUIT_FUNCTION(grandchild);

void block(Channel<std::int32_t> begun, Channel<std::int32_t> gate) {
  begun.send(1);
  gate.receive();
}
CIRCUIT_FUNCTION(block);

TEST(ClusterInOneProcess, SpawnsAndCallsAsACodeUnderTestDoes) {
  Cluster cluster;
  auto [text, worker] = cluster.runtime().spawn("host1", {"/any"}, shout, "quietly");
  EXPECT_EQ(text, "QUIETLY");
  EXPECT_EQ(worker.host, "host1");
  EXPECT_NE(worker.id, cluster.runtime().address().id);
}

TEST(ClusterInOneProcess, RunsFunctionsInItsWorkers) {
  Cluster cluster(3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(cluster.runtime().run(cluster.worker(i), shout, "x"), "X");
  auto where = [] { return here().address().id.string(); };
  EXPECT_EQ(cluster.runtime().run(cluster.worker(1), where), cluster.worker(1).id.string());
}

TEST(ClusterInOneProcess, ReferencesAndChannelsCross) {
  Cluster cluster;
  auto there = cluster.runtime().spawn("localhost", {}, counter).value;
  EXPECT_EQ(there.call<&Counter::add>(2), 2);
  EXPECT_EQ(there.call<&Counter::add>(3), 5);
  auto numbers = cluster.runtime().channel<std::int32_t>();
  cluster.runtime().spawn("localhost", {}, produce, numbers, 1000);
  std::int64_t sum = 0;
  for (std::int32_t each : numbers) sum += each;
  EXPECT_EQ(sum, 499'500);
}

TEST(ClusterInOneProcess, LargeValuesCross) {
  Cluster cluster(1);
  const std::string large(3'000'000, 'a');
  EXPECT_EQ(cluster.runtime().run(cluster.worker(0), shout, large), std::string(large.size(), 'A'));
}

TEST(ClusterInOneProcess, WorkersSpawnWorkers) {
  Cluster cluster;
  EXPECT_EQ(cluster.runtime().spawn("localhost", {}, grandchild, "deep").value, "DEEP");
}

TEST(ClusterInOneProcess, AKilledWorkerIsDeadToThoseWhoCallIt) {
  Cluster cluster(1);
  auto there = cluster.runtime().run(cluster.worker(0), counter);
  cluster.runtime().kill(cluster.worker(0), {9, {}});
  const auto death = cluster.runtime().await_death(cluster.worker(0), 20s);
  ASSERT_TRUE(death);
  EXPECT_EQ(death->kind, Death::Kind::lost);
  try {
    there.call<&Counter::add>(1);
    ADD_FAILURE() << "the dead answer";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::dead);
  }
}

TEST(ClusterInOneProcess, EndsWhileAFunctionWaits) {
  Cluster cluster(1);
  auto begun = cluster.runtime().channel<std::int32_t>(), gate = cluster.runtime().channel<std::int32_t>();
  std::jthread caller([&] {
    try {
      cluster.runtime().run(cluster.worker(0), block, begun, gate);
      ADD_FAILURE() << "nobody has opened the gate";
    } catch (const Error& error) {
      // Its wait is cancelled with the worker's end, and it may be quick to say so.
      EXPECT_THAT(error.kind(), AnyOf(ErrorKind::dead, ErrorKind::failed));
    }
  });
  begun.receive();
  cluster.runtime().kill(cluster.worker(0), {9, {}});
}

// -- anchors ------------------------------------------------------------------------------------------------

void stay() {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, here().stop_token(), [] { return false; });
}
CIRCUIT_FUNCTION(stay);

void offer(std::string name) {
  auto numbers = here().channel<std::int32_t>();
  numbers.send(7);
  here().offer_channel(name, numbers);
  stay();
}
CIRCUIT_FUNCTION(offer);

std::int32_t take_from(std::string name) { return here().open_channel<std::int32_t>(name, 20s).receive(); }
CIRCUIT_FUNCTION(take_from);

/// The ids of those who stand there, once there are so many.
std::vector<WorkerId> once_there_are(std::size_t count, const Directory& directory) {
  AnchorListing seen = directory.files();
  while (seen.files.size() != count) seen = directory.change(seen.rev, 20s);
  std::vector<WorkerId> ids;
  for (const auto& [id, file] : seen.files) ids.push_back(id);
  return ids;
}

TEST(ClusterInOneProcess, WorkersStandUnderTheirAnchorsAsLongAsTheyLive) {
  Cluster cluster(1);
  Anchors anchors = cluster.runtime().anchors();
  EXPECT_THAT(anchors.open("/host/localhost").files().files, ElementsAre(Key(cluster.worker(0).id)));
  Directory jobs = anchors.open("/jobs");
  std::jthread spawner([&] {
    try {
      cluster.runtime().spawn("host1", {"/jobs", "/jobs/deep"}, stay);
    } catch (const Error& error) {
      EXPECT_NE(error.kind(), ErrorKind::invalid) << "it is killed, maybe before it has got its function";
    }
  });
  const WorkerId id = once_there_are(1, jobs).at(0);
  const AnchorFile file = jobs.file(id);
  EXPECT_EQ(file.function, "stay");
  EXPECT_EQ(file.address.host, "host1");
  EXPECT_FALSE(file.app);
  EXPECT_NE(file.start_ticks, 0u);
  EXPECT_THAT(jobs.dirs(), ElementsAre("deep"));
  EXPECT_THAT(anchors.open("/host/host1").files().files, ElementsAre(Key(id)));
  anchors.add("/apps");
  EXPECT_TRUE(anchors.open("/apps").file(cluster.runtime().address().id).app);
  cluster.runtime().kill(file.address, {0, {}});
  EXPECT_THAT(once_there_are(0, jobs), IsEmpty());
  AnchorListing root = anchors.open("/").files();
  while (root.dirs.size() == 3) root = anchors.open("/").change(root.rev, 20s);
  EXPECT_THAT(root.dirs, ElementsAre("apps", "host"));
  try {
    cluster.runtime().spawn("localhost", {"no anchor"}, stay);
    ADD_FAILURE() << "that is no path";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid);
  }
}

TEST(ClusterInOneProcess, AWatchIsToldWhoJoinsAndWhoLeaves) {
  Cluster cluster;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> told;
  AnchorWatch watch =
      cluster.runtime().anchors().watch_subtree("/jobs", [&](const std::vector<AnchorEvent>& events) {
        std::lock_guard lock(mutex);
        for (const AnchorEvent& event : events)
          told.push_back((event.kind == AnchorEvent::Kind::joined ? "joined " : "left ") + event.directory);
        changed.notify_all();
      });
  cluster.runtime().spawn("localhost", {"/jobs/a", "/elsewhere"}, shout, "x");
  std::unique_lock lock(mutex);
  // One that has left before it was told of is no news.
  EXPECT_TRUE(changed.wait_for(lock, 100ms, [&] { return told.size() >= 2; }) || told.empty());
  told.clear();
  lock.unlock();
  const Address worker = cluster.runtime().start_worker("localhost", {"/jobs/b"});
  lock.lock();
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return told.size() == 1; }));
  cluster.runtime().kill(worker, {9, {}});
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return told.size() == 2; }));
  EXPECT_THAT(told, ElementsAre("joined /jobs/b", "left /jobs/b"));
}

TEST(ClusterInOneProcess, ChannelsAreFoundByTheirNames) {
  Cluster cluster(2);
  std::jthread offering([&] {
    try {
      cluster.runtime().run(cluster.worker(0), offer, "/jobs/queue");
    } catch (const Error& error) {
      EXPECT_THAT(error.kind(), AnyOf(ErrorKind::dead, ErrorKind::failed)) << "it is killed in the end";
    }
  });
  EXPECT_EQ(cluster.runtime().run(cluster.worker(1), take_from, "/jobs/queue"), 7);
  auto held = cluster.runtime().open_channel<std::int32_t>("/jobs/queue");
  try {
    cluster.runtime().offer_channel("/jobs/queue", cluster.runtime().channel<std::int32_t>());
    ADD_FAILURE() << "the name is taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::refused);
  }
  cluster.runtime().kill(cluster.worker(0), {9, {}});
  EXPECT_THAT(once_there_are(0, cluster.runtime().anchors().open("/jobs/queue")), IsEmpty());
  ASSERT_TRUE(cluster.runtime().await_death(cluster.worker(0), 20s));
  try {
    held.receive();
    ADD_FAILURE() << "it was empty, and its process is dead";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::dead);
  }
  EXPECT_TRUE(Cluster().runtime().anchors().open("/").dirs().empty()) << "each has a tree of its own";
}

TEST(ClusterInOneProcess, EndsWhileAWorkerWaitsForAName) {
  Cluster cluster(1);
  auto forever = [](Channel<std::int32_t> begun) {
    begun.send(1);
    here().open_channel<std::int32_t>("/never", std::chrono::hours(1));
  };
  auto begun = cluster.runtime().channel<std::int32_t>();
  std::jthread caller([&] { EXPECT_THROW(cluster.runtime().run(cluster.worker(0), forever, begun), Error); });
  begun.receive();
  cluster.runtime().kill(cluster.worker(0), {9, {}});
}

}  // namespace
}  // namespace circuit::testing
