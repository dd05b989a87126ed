// Runtimes whose parts are replaced, one after the other.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <gmock/gmock.h>

#include <circuit/circuit.hpp>

#include "anchor/embedded/store.hpp"
#include "base/clock.hpp"
#include "base/paths.hpp"
#include "spawn/launcher.hpp"
#include "testing/memory_transport.hpp"

class Tally {
 public:
  std::int32_t add(std::int32_t by) { return total_ += by; }

 private:
  std::int32_t total_ = 0;
};
CIRCUIT_INTERFACE(Tally, add);

namespace circuit::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

std::int32_t half(std::int32_t of) { return of / 2; }
CIRCUIT_FUNCTION(half);

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

/// A transport of memory that counts its dials.
class CountingTransport final : public link::Transport {
 public:
  CountingTransport(link::Loop& loop, std::shared_ptr<MemoryNames> names, std::atomic<int>& dials)
      : memory_(loop, std::move(names)), dials_(dials) {}

  void dial(const std::string& endpoint, link::Dialed dialed) override {
    ++dials_;
    memory_.dial(endpoint, std::move(dialed));
  }
  Result<std::unique_ptr<link::Listener>> listen(const std::string& endpoint,
                                                 link::Accepted accepted) override {
    return memory_.listen(endpoint, std::move(accepted));
  }
  Result<std::unique_ptr<link::Listener>> adopt(int listening_fd, link::Accepted accepted) override {
    return memory_.adopt(listening_fd, std::move(accepted));
  }

 private:
  MemoryTransport memory_;
  std::atomic<int>& dials_;
};

class RuntimeOptions : public ::testing::Test {
 protected:
  RuntimeOptions() {
    std::string pattern = (std::filesystem::temp_directory_path() / "circuit-options-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    directory_ = pattern;
  }
  ~RuntimeOptions() override {
    std::filesystem::remove_all(socket_directory(directory_));
    std::filesystem::remove_all(directory_);
  }

  /// There is no agent, and none is started.
  Runtime::Options alone() const {
    Runtime::Options options;
    options.directory = directory_.string();
    options.start_agent = false;
    return options;
  }
  Runtime::Options joined_by_memory() {
    Runtime::Options options = alone();
    options.transport = [this](link::Loop& loop) {
      return std::make_shared<CountingTransport>(loop, names_, dials_);
    };
    return options;
  }
  static ErrorKind kind_of(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      return error.kind();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorKind::failed;
  }

  std::filesystem::path directory_;
  std::atomic<int> dials_ = 0;
  const std::shared_ptr<MemoryNames> names_ = std::make_shared<MemoryNames>();
  const std::shared_ptr<anchor::embedded::Store> tree_ = anchor::embedded::Store::in_memory();
};

TEST_F(RuntimeOptions, TakeAnotherClockAndAnotherLauncher) {
  auto clock = std::make_shared<CountingClock>();
  Runtime::Options options = alone();
  options.clock = clock;
  options.launcher = std::make_shared<RefusingLauncher>();
  Runtime runtime(0, nullptr, options);
  EXPECT_EQ(runtime.make<Tally>().call<&Tally::add>(1), 1);
  EXPECT_GT(clock->asked(), 0u);
  try {
    runtime.spawn("moon", {}, half, 4);
    ADD_FAILURE() << "nothing was launched";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("moon has no half"));
  }
  runtime.kill(runtime.address());
}

TEST_F(RuntimeOptions, TakeAnotherTransport) {
  Runtime one(0, nullptr, joined_by_memory()), two(0, nullptr, joined_by_memory());
  one.listen("tally", std::make_shared<Tally>());
  auto there = two.dial<Tally>(one.address(), "tally");
  EXPECT_EQ(there.call<&Tally::add>(2), 2);
  EXPECT_EQ(there.call<&Tally::add>(3), 5);
  EXPECT_EQ(dials_, 1);
  EXPECT_TRUE(std::filesystem::is_empty(socket_directory(directory_))) << "nobody listens at a socket";
}

TEST_F(RuntimeOptions, TakeAnotherCoordinator) {
  Runtime::Options options = joined_by_memory();
  options.coordinator = tree_->connect().value();
  Runtime one(0, nullptr, options);
  options.coordinator = tree_->connect().value();
  auto two = std::make_unique<Runtime>(0, nullptr, options);
  Anchors seen = one.anchors();
  EXPECT_THAT(seen.open("/").dirs(), IsEmpty());
  seen.add("/apps");
  two->anchors().add("/apps");
  two->anchors().add("/apps/two");
  const AnchorListing both = seen.open("/apps").files();
  EXPECT_THAT(both.files, UnorderedElementsAre(Key(one.address().id), Key(two->address().id)));
  EXPECT_THAT(both.dirs, ElementsAre("two"));
  EXPECT_TRUE(both.files.at(two->address().id).app);
  EXPECT_EQ(both.files.at(two->address().id).address, two->address());

  EXPECT_EQ(kind_of([&] { seen.open("/apps").change(both.rev, 20ms); }), ErrorKind::deadline);
  auto waiting = std::async(std::launch::async, [&] { return seen.open("/apps/two").change(both.rev, 20s); });
  two->anchors().remove("/apps/two");
  EXPECT_THAT(waiting.get().files, IsEmpty());

  std::promise<void> joined, left;
  AnchorWatch watch = seen.watch_subtree("/apps", [&](const std::vector<AnchorEvent>& events) {
    for (const AnchorEvent& event : events) {
      if (event.file.address.id == one.address().id) continue;
      (event.kind == AnchorEvent::Kind::joined ? joined : left).set_value();
    }
  });
  EXPECT_EQ(joined.get_future().wait_for(20s), std::future_status::ready);
  two.reset();
  EXPECT_EQ(left.get_future().wait_for(20s), std::future_status::ready)
      << "a runtime that ends leaves the tree, though its session goes on";
  EXPECT_THAT(seen.open("/apps").files().files, ElementsAre(Key(one.address().id)));
}

TEST_F(RuntimeOptions, ChannelsAreFoundByNameInAnyCoordinator) {
  Runtime::Options options = joined_by_memory();
  options.coordinator = tree_->connect().value();
  Runtime one(0, nullptr, options);
  options.coordinator = tree_->connect().value();
  Runtime two(0, nullptr, options);
  auto waiting = std::async(std::launch::async, [&] { return two.open_channel<int>("/jobs/queue", 20s); });
  auto queue = one.channel<int>();
  one.offer_channel("/jobs/queue", queue);
  waiting.get().send(4);
  EXPECT_EQ(queue.receive(), 4);
  EXPECT_EQ(kind_of([&] { two.offer_channel("/jobs/queue", two.channel<int>()); }), ErrorKind::refused);
  EXPECT_EQ(kind_of([&] { two.open_channel<std::string>("/jobs/queue"); }), ErrorKind::refused);
  one.withdraw_channel("/jobs/queue");
  EXPECT_EQ(kind_of([&] { two.open_channel<int>("/jobs/queue"); }), ErrorKind::unreachable);
}

struct Job {
  std::int32_t number = 0;
};
struct GrownJob {
  std::int32_t number = 0;
  std::string note;
};

TEST_F(RuntimeOptions, AChannelOfATypeThatHasGrownIsFoundByItsName) {
  Runtime::Options options = joined_by_memory();
  options.coordinator = tree_->connect().value();
  Runtime one(0, nullptr, options);
  options.coordinator = tree_->connect().value();
  Runtime two(0, nullptr, options);
  auto jobs = one.channel<Job>();
  one.offer_channel("/jobs", jobs);
  auto grown = two.open_channel<GrownJob>("/jobs");
  grown.send({3, "soon"});
  EXPECT_EQ(jobs.receive().number, 3);
  jobs.send({4});
  EXPECT_EQ(grown.receive().number, 4);
}

TEST_F(RuntimeOptions, ACoordinatorThatIsClosedEndsTheAnchorsAndNothingElse) {
  Runtime::Options options = alone();
  options.coordinator = tree_->connect().value();
  Runtime runtime(0, nullptr, options);
  runtime.anchors().add("/apps");
  std::atomic<int> left = 0;
  AnchorWatch watch = runtime.anchors().watch_subtree("/apps", [&](const auto& events) {
    for (const AnchorEvent& event : events) left += event.kind == AnchorEvent::Kind::left;
  });
  ASSERT_TRUE(options.coordinator->close());
  EXPECT_THROW(runtime.anchors().add("/more"), Error);
  EXPECT_THROW(runtime.anchors().open("/apps").files(), Error);
  EXPECT_EQ(runtime.make<Tally>().call<&Tally::add>(1), 1);
  watch.end();
  EXPECT_EQ(left, 0) << "what is not known is not told";
}

}  // namespace
}  // namespace circuit::testing
