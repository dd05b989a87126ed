#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <circuit/async.hpp>

#include "lang/objects.hpp"

namespace lang_test {

namespace asio = boost::asio;

/// Methods that are coroutines.
struct Composer {
  asio::awaitable<int> sum_of(Ref<Calculator> calculator, std::vector<int> numbers) {
    int sum = 0;
    for (int number : numbers)
      sum = co_await calculator.async_call<&Calculator::add>(asio::use_awaitable, sum, number);
    co_return sum;
  }
  asio::awaitable<void> fail_late(std::string text) {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    throw std::domain_error(text);
  }
  asio::awaitable<void> wait_for_ever() {
    asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    began.add();
    try {
      co_await timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error&) {
      if (circuit::stop_token().stop_requested()) ended.add();
      throw;
    }
  }
  asio::awaitable<int> blocking_sum(Ref<Calculator> calculator) {
    co_return calculator.call<&Calculator::add>(2, 3);
  }
  Count began, ended;
};

/// The same where calls must not block.
struct HastyComposer {
  asio::awaitable<int> one() { co_return 1; }
};

/// One call at a time, each of which awaits.
struct Taker {
  asio::awaitable<int> take(int number) {
    const int now = ++inside;
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    seen.push_back(number);
    --inside;
    co_return now;
  }
  std::atomic<int> inside{0};
  std::vector<int> seen;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Composer, concurrent, sum_of, fail_late, wait_for_ever, blocking_sum);
CIRCUIT_INTERFACE(lang_test::HastyComposer, inline_calls, one);
CIRCUIT_INTERFACE(lang_test::Taker, take);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

class CoroutineTest : public ::testing::Test {
 protected:
  CoroutineTest() {
    cluster[1].publish(object_id, composer);
    remote = cluster[0].published<Composer>(cluster[1], object_id);
  }

  std::shared_ptr<Composer> composer = std::make_shared<Composer>();
  Cluster cluster{2};
  Ref<Composer> remote;
};

TEST_F(CoroutineTest, AMethodAwaitsCallsToOthersAndItsCallerGetsTheResult) {
  auto calculator = cluster[0].ref(std::make_shared<Calculator>());
  EXPECT_EQ(remote.call<&Composer::sum_of>(calculator, std::vector<int>{1, 2, 3, 4}), 10);
}

TEST_F(CoroutineTest, AMethodMayBlockAsWell) {
  auto calculator = cluster[0].ref(std::make_shared<Calculator>());
  EXPECT_EQ(remote.call<&Composer::blocking_sum>(calculator), 5);
}

TEST_F(CoroutineTest, WhatItThrowsComesToTheCaller) {
  Failure what = failure_of([&] { remote.call<&Composer::fail_late>("too late"); });
  EXPECT_EQ(what.kind, ErrorKind::failed);
  EXPECT_EQ(what.text, "too late");
  EXPECT_EQ(what.type, "std::domain_error");
}

TEST_F(CoroutineTest, WhatItAwaitsIsCancelledWhenTheCallIsGivenUp) {
  std::stop_source stop;
  auto waiting = remote.until(stop.get_token()).async_call<&Composer::wait_for_ever>(asio::use_future);
  ASSERT_TRUE(composer->began.wait_for(1));
  stop.request_stop();
  EXPECT_EQ(failure_of([&] { waiting.get(); }).kind, ErrorKind::cancelled);
  EXPECT_TRUE(composer->ended.wait_for(1));
}

TEST_F(CoroutineTest, ADeadlineEndsWhatItAwaits) {
  EXPECT_EQ(failure_of([&] { remote.within(20ms).call<&Composer::wait_for_ever>(); }).kind,
            ErrorKind::deadline);
  EXPECT_TRUE(composer->ended.wait_for(1));
}

TEST_F(CoroutineTest, TheEndOfTheRuntimeEndsWhatItAwaits) {
  auto waiting = remote.async_call<&Composer::wait_for_ever>(asio::use_future);
  ASSERT_TRUE(composer->began.wait_for(1));
  cluster[1].end();
  EXPECT_THROW(waiting.get(), Error);
  EXPECT_EQ(composer->ended.value(), 1);
}

TEST_F(CoroutineTest, CallsOnOneObjectRunOneAtATimeAlthoughTheyAwait) {
  auto taker = std::make_shared<Taker>();
  cluster[1].publish(object_id + 1, taker);
  auto there = cluster[0].published<Taker>(cluster[1], object_id + 1);
  std::vector<std::future<int>> taken;
  for (int i = 0; i < 50; ++i) taken.push_back(there.async_call<&Taker::take>(asio::use_future, i));
  std::vector<int> expected;
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(taken[static_cast<std::size_t>(i)].get(), 1) << "another was inside";
    expected.push_back(i);
  }
  EXPECT_EQ(taker->seen, expected);
}

TEST_F(CoroutineTest, ACoroutineOnTheThreadThatReadsTheLinkIsRefused) {
  cluster[1].publish(object_id + 1, std::make_shared<HastyComposer>());
  auto there = cluster[0].published<HastyComposer>(cluster[1], object_id + 1);
  Failure what = failure_of([&] { there.call<&HastyComposer::one>(); });
  EXPECT_THAT(what.text, ::testing::HasSubstr("take inline_calls off the interface"));
}

}  // namespace
}  // namespace circuit::lang::testing
