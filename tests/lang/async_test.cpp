#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include <circuit/async.hpp>

#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

namespace asio = boost::asio;
using namespace lang_test;

/// The failure in an exception_ptr; of null: a test failure.
Failure failure_in(const std::exception_ptr& error) {
  return failure_of([&] {
    if (error) std::rethrow_exception(error);
  });
}

class AsyncTest : public ::testing::Test {
 protected:
  AsyncTest() {
    cluster[1].publish(object_id, std::make_shared<Calculator>());
    cluster[1].publish(object_id + 1, slow);
    calculator = cluster[0].published<Calculator>(cluster[1], object_id);
    remote_slow = cluster[0].published<Slow>(cluster[1], object_id + 1).within(0ms);
  }
  ~AsyncTest() override { slow->gate.open(); }

  std::shared_ptr<Slow> slow = std::make_shared<Slow>();
  Cluster cluster{2};
  Ref<Calculator> calculator;
  Ref<Slow> remote_slow;
};

TEST_F(AsyncTest, AFutureGetsTheResult) {
  std::future<int> sum = calculator.async_call<&Calculator::add>(asio::use_future, 2, 3);
  EXPECT_EQ(sum.get(), 5);
}

TEST_F(AsyncTest, AFutureGetsTheError) {
  std::future<void> nothing = calculator.async_call<&Calculator::fail>(asio::use_future, "no such number");
  Failure what = failure_of([&] { nothing.get(); });
  EXPECT_EQ(what.kind, ErrorKind::failed);
  EXPECT_EQ(what.text, "no such number");
}

TEST_F(AsyncTest, ACallbackMayMakeABlockingCall) {
  Count done;
  calculator.async_call<&Calculator::add>(
      [&](std::exception_ptr error, int sum) {
        EXPECT_FALSE(error);
        EXPECT_EQ(calculator.call<&Calculator::add>(sum, 1), 6);
        done.add();
      },
      2, 3);
  EXPECT_TRUE(done.wait_for(1));
}

TEST_F(AsyncTest, AHandlersOwnExecutorRunsItAndIsKeptAtWorkUntilThen) {
  asio::io_context context;
  std::thread::id ran;
  calculator.async_call<&Calculator::add>(asio::bind_executor(context,
                                                              [&](std::exception_ptr, int sum) {
                                                                EXPECT_EQ(sum, 5);
                                                                ran = std::this_thread::get_id();
                                                              }),
                                          2, 3);
  context.run();
  EXPECT_EQ(ran, std::this_thread::get_id());
}

asio::awaitable<int> sum_up(Ref<Calculator> calculator, int count) {
  int sum = 0;
  for (int i = 1; i <= count; ++i)
    sum = co_await calculator.async_call<&Calculator::add>(asio::use_awaitable, sum, i);
  co_return sum;
}

TEST_F(AsyncTest, ACoroutineAwaitsOneCallAfterAnother) {
  asio::io_context context;
  std::future<int> sum = asio::co_spawn(context, sum_up(calculator, 100), asio::use_future);
  context.run();
  EXPECT_EQ(sum.get(), 5050);
}

TEST_F(AsyncTest, AHundredCoroutinesShareTheThreadsOfTheRuntime) {
  PoolExecutor pool(executor_target(cluster[0].node()));
  std::vector<std::future<int>> sums;
  for (int i = 0; i < 100; ++i)
    sums.push_back(asio::co_spawn(pool, sum_up(calculator, 20), asio::use_future));
  for (std::future<int>& sum : sums) EXPECT_EQ(sum.get(), 210);
}

TEST_F(AsyncTest, ACoroutineCatchesTheError) {
  asio::io_context context;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        try {
          co_await calculator.async_call<&Calculator::fail>(asio::use_awaitable, "on purpose");
          ADD_FAILURE() << "nothing was thrown";
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::failed);
        }
      },
      asio::detached);
  context.run();
}

TEST_F(AsyncTest, TheArgumentsAreCopiedAtOnce) {
  std::vector<std::string> words{"a", "b"};
  asio::io_context context;
  std::future<std::string> joined = asio::co_spawn(
      context, calculator.async_call<&Calculator::join>(asio::use_awaitable, words), asio::use_future);
  words = {"changed"};
  context.run();
  EXPECT_EQ(joined.get(), "ab");
}

TEST_F(AsyncTest, ACancellationSlotCancelsTheCall) {
  asio::cancellation_signal signal;
  std::promise<Failure> ended;
  remote_slow.async_call<&Slow::wait>(asio::bind_cancellation_slot(
      signal.slot(), [&](std::exception_ptr error) { ended.set_value(failure_in(error)); }));
  ASSERT_TRUE(slow->began.wait_for(1));
  signal.emit(asio::cancellation_type::terminal);
  EXPECT_EQ(ended.get_future().get().kind, ErrorKind::cancelled);
}

TEST_F(AsyncTest, AStopTokenCancelsTheCall) {
  std::stop_source stop;
  std::promise<Failure> ended;
  remote_slow.until(stop.get_token()).async_call<&Slow::wait>([&](std::exception_ptr error) {
    ended.set_value(failure_in(error));
  });
  ASSERT_TRUE(slow->began.wait_for(1));
  stop.request_stop();
  EXPECT_EQ(ended.get_future().get().kind, ErrorKind::cancelled);
}

TEST_F(AsyncTest, ACallThatIsCancelledBeforehandTellsItsHandler) {
  std::stop_source stop;
  stop.request_stop();
  std::promise<Failure> ended;
  remote_slow.until(stop.get_token()).async_call<&Slow::run>([&](std::exception_ptr error) {
    ended.set_value(failure_in(error));
  });
  Failure what = ended.get_future().get();
  EXPECT_EQ(what.kind, ErrorKind::cancelled);
  EXPECT_FALSE(what.may_have_run);
}

TEST_F(AsyncTest, ADeadlineEndsTheCall) {
  std::promise<Failure> ended;
  remote_slow.within(20ms).async_call<&Slow::wait>(
      [&](std::exception_ptr error) { ended.set_value(failure_in(error)); });
  EXPECT_EQ(ended.get_future().get().kind, ErrorKind::deadline);
}

TEST_F(AsyncTest, AnObjectOfTheSameProcessIsCalledTheSameWay) {
  Ref<Calculator> local = cluster[0].ref(std::make_shared<Calculator>());
  std::future<int> sum = local.async_call<&Calculator::add>(asio::use_future, 2, 3);
  local.reset();
  EXPECT_EQ(sum.get(), 5) << "the call keeps the object";
}

TEST_F(AsyncTest, ManyCallsAreUnderWayAtOnce) {
  std::vector<std::future<int>> sums;
  for (int i = 0; i < 1000; ++i)
    sums.push_back(calculator.async_call<&Calculator::add>(asio::use_future, i, 1));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)].get(), i + 1);
}

TEST_F(AsyncTest, TheEndOfTheRuntimeCallsEveryHandler) {
  std::atomic<int> handled{0};
  for (int i = 0; i < 50; ++i)
    remote_slow.async_call<&Slow::wait>([&](std::exception_ptr error) {
      EXPECT_EQ(failure_in(error).kind, ErrorKind::cancelled);
      ++handled;
    });
  cluster[0].end();
  EXPECT_EQ(handled, 50);
}

TEST_F(AsyncTest, AnEmptyReferenceIsRefusedAtOnce) {
  EXPECT_EQ(failure_of([] { Ref<Calculator>().async_call<&Calculator::get>(asio::use_future); }).kind,
            ErrorKind::invalid);
}

TEST_F(AsyncTest, ACallAfterTheEndOfTheRuntimeIsRefusedAtOnce) {
  cluster[0].end();
  EXPECT_EQ(failure_of([&] { calculator.async_call<&Calculator::get>(asio::use_future); }).kind,
            ErrorKind::cancelled);
}

}  // namespace
}  // namespace circuit::lang::testing
