#include <thread>

#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

class DeadlineTest : public ::testing::Test {
 protected:
  DeadlineTest() {
    cluster[1].publish(object_id, slow);
    remote = cluster[0].published<Slow>(cluster[1], object_id);
  }
  ~DeadlineTest() override { slow->gate.open(); }

  /// A call that begins to run, waits at the gate, and is given up. On a busy machine one whose time is over
  /// too soon is not even begun.
  Failure give_up_a_wait() {
    Failure what;
    for (auto time = 20ms; slow->began.value() == 0; time *= 2)
      what = failure_of([&] { remote.within(time).call<&Slow::wait>(); });
    return what;
  }

  std::shared_ptr<Slow> slow = std::make_shared<Slow>();
  Cluster cluster{2};
  Ref<Slow> remote;
};

TEST_F(DeadlineTest, ASlowCalleeEndsTheCallAndNotItself) {
  const Failure what = give_up_a_wait();
  EXPECT_EQ(what.kind, ErrorKind::deadline);
  EXPECT_TRUE(what.may_have_run);
  slow->gate.open();
  EXPECT_TRUE(slow->ended.wait_for(1)) << "it runs to its end";
}

TEST_F(DeadlineTest, AQueuedCallWhoseTimeIsOverNeverRuns) {
  std::thread first([&] { remote.call<&Slow::wait>(); });
  ASSERT_TRUE(slow->began.wait_for(1));
  EXPECT_EQ(failure_of([&] { remote.within(20ms).call<&Slow::run>(); }).kind, ErrorKind::deadline);
  slow->gate.open();
  first.join();
  remote.call<&Slow::remaining_ms>();  // behind the one whose time was over
  EXPECT_EQ(slow->runs.value(), 0);
}

TEST_F(DeadlineTest, ATimeThatIsOverSendsNothing) {
  Failure what = failure_of([&] { remote.within(-5ms).call<&Slow::run>(); });
  EXPECT_EQ(what.kind, ErrorKind::deadline);
  EXPECT_FALSE(what.may_have_run);
  EXPECT_EQ(slow->runs.value(), 0);
}

TEST_F(DeadlineTest, RemainingTimeTravelsToNestedCalls) {
  auto there = cluster[0].ref(std::make_shared<Slow>());
  std::uint64_t remaining = remote.within(5s).call<&Slow::remaining_there>(there);
  EXPECT_GT(remaining, 0u);
  EXPECT_LE(remaining, 5'000u);
  EXPECT_EQ(remote.within(0ms).call<&Slow::remaining_ms>(), 0u) << "0 is no deadline";
  EXPECT_GT(remote.call<&Slow::remaining_ms>(), 20'000u) << "30 s unless told otherwise";
  EXPECT_GT(remote.within(std::chrono::milliseconds::max()).call<&Slow::remaining_ms>(), 60'000u);
}

TEST_F(DeadlineTest, TheEarlierOfSeveralDeadlinesComesFirst) {
  std::thread late([&] { remote.within(20s).call<&Slow::wait>(); });
  ASSERT_TRUE(slow->began.wait_for(1));
  for (auto time : {30ms, 10ms, 20ms})
    EXPECT_EQ(failure_of([&] { remote.within(time).call<&Slow::run>(); }).kind, ErrorKind::deadline);
  slow->gate.open();
  late.join();
}

// What was given up still runs, for nobody: the same flow of control must not enter beside it.
TEST_F(DeadlineTest, AfterADeadlineTheSameFlowDoesNotEnterTheObjectBesideTheCallItGaveUp) {
  Context context{&cluster[0].node(), 0, 77, 0, 0, nullptr};
  ContextScope scope(context);
  EXPECT_EQ(give_up_a_wait().kind, ErrorKind::deadline);
  EXPECT_EQ(failure_of([&] { remote.within(20ms).call<&Slow::run>(); }).kind, ErrorKind::deadline);
  EXPECT_EQ(slow->runs.value(), 0);
}

}  // namespace
}  // namespace circuit::lang::testing
