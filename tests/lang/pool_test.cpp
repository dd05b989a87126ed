#include <thread>

#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

TEST(Pool, AThousandBlockingCallsAtOnceAllGetAThread) {
  Cluster cluster(2);
  auto object = std::make_shared<Overlapping>();
  cluster[1].publish(object_id, object);
  auto remote = cluster[0].published<Overlapping>(cluster[1], object_id);
  constexpr int calls = 1'000;
  std::vector<std::thread> callers;
  for (int i = 0; i < calls; ++i)
    callers.emplace_back([&, i] { EXPECT_EQ(remote.call<&Overlapping::pass>(i), i); });
  EXPECT_TRUE(object->inside_count.wait_for(calls));
  object->gate.open();
  for (std::thread& caller : callers) caller.join();
}

TEST(Pool, JobsRunOnThreadsOfThePool) {
  SystemClock clock;
  link::AsioLoop loop(clock);
  loop.start_thread();
  Pool pool(loop);
  Count ran;
  const auto here = std::this_thread::get_id();
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(pool.submit([&] {
      EXPECT_NE(std::this_thread::get_id(), here);
      EXPECT_FALSE(loop.on_loop());
      ran.add();
    }));
  EXPECT_TRUE(ran.wait_for(100));
  pool.stop();
  EXPECT_FALSE(pool.submit([] {})) << "it takes no more";
  on_loop(loop, [&] { pool.cancel_watch(); });
  loop.stop();
}

TEST(Pool, StoppingWaitsForWhatRunsAndDropsWhatWaits) {
  SystemClock clock;
  link::AsioLoop loop(clock);
  Pool pool(loop);
  Gate gate;
  Count began, ended, dropped;
  const auto threads = static_cast<int>(std::max(2u, std::thread::hardware_concurrency()));
  for (int i = 0; i < threads; ++i)
    pool.submit([&] {
      began.add();
      gate.wait();
      ended.add();
    });
  ASSERT_TRUE(began.wait_for(threads));
  // The loop does not run, so that the pool does not grow beyond its first threads.
  pool.submit([&, token = std::shared_ptr<int>(new int, [&](int* i) {
                    delete i;
                    dropped.add();
                  })] { ADD_FAILURE(); });
  std::thread opener([&] {
    EXPECT_TRUE(dropped.wait_for(1));
    gate.open();
  });
  pool.stop();
  EXPECT_EQ(ended.value(), threads);
  opener.join();
}

}  // namespace
}  // namespace circuit::lang::testing
