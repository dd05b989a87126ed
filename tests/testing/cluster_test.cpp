// An app's unit test without agent, process or socket; also the example of one.
#include <algorithm>
#include <atomic>
#include <cctype>
#include <gmock/gmock.h>

#include <circuit/circuit.hpp>
#include <circuit/testing.hpp>

#include "base/clock.hpp"
#include "runtime/state.hpp"

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
using ::testing::HasSubstr;
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

/// A clock that counts how often it is asked.
class CountingClock final : public Clock {
 public:
  std::uint64_t now_ns() const noexcept override {
    ++asked_;
    return system_.now_ns();
  }
  std::uint64_t wall_ns() const noexcept override { return system_.wall_ns(); }
  std::size_t asked() const { return asked_; }

 private:
  SystemClock system_;
  mutable std::atomic<std::size_t> asked_{0};
};

/// A launcher that launches nothing and notes what it is asked for.
class RefusingLauncher final : public spawn::Launcher {
 public:
  Result<spawn::WorkerRecord> launch(const std::string& host, const spawn::SpawnOrder& order) override {
    return failure(ErrorKind::refused, host + " has no " + order.function);
  }
  Result<void> end(const spawn::KillOrder&) override { return {}; }
};

TEST(RuntimeOptions, TakeAnotherClockAndAnotherLauncher) {
  auto clock = std::make_shared<CountingClock>();
  Runtime::Options options;
  options.start_agent = false;
  options.clock = clock;
  options.launcher = std::make_shared<RefusingLauncher>();
  Runtime runtime(0, nullptr, options);
  auto local = runtime.make<Counter>();
  EXPECT_EQ(local.call<&Counter::add>(1), 1);
  EXPECT_GT(clock->asked(), 0u);
  try {
    runtime.spawn("moon", {}, shout, "x");
    ADD_FAILURE() << "nothing was launched";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("moon has no shout"));
  }
  runtime.kill(runtime.address());
}

}  // namespace
}  // namespace circuit::testing
