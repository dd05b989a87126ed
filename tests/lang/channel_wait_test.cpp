#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_future.hpp>
#include <numeric>
#include <thread>

#include <circuit/async.hpp>

#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

/// A channel of member 0, and an end of it in member 1.
class ChannelWaitTest : public ::testing::Test {
 protected:
  void make(std::size_t capacity) {
    auto servant = make_channel_servant<int>(capacity);
    near = Channel<int>(make_local_target(cluster[0].node(), servant));
    cluster[0].node().dispatcher().publish(object_id, std::move(servant));
    far = Channel<int>(
        cluster[1].node().imports().fixed(cluster[1].peer(cluster[0]), object_id, channel_interface<int>()));
  }
  std::uint64_t waiting() { return cluster[0].node().recorder().in_flight(record::Direction::incoming); }
  /// Waits until so many operations wait at the channel.
  void wait_until_waiting(std::uint64_t operations) {
    while (waiting() < operations) std::this_thread::yield();
  }

  Cluster cluster{2};
  Channel<int> far, near;
};

TEST_F(ChannelWaitTest, ASenderWaitsForRoom) {
  make(2);
  far.send(1);
  far.send(2);
  EXPECT_FALSE(far.try_send(3));
  std::thread sender([&] { far.send(3); });
  wait_until_waiting(1);
  EXPECT_EQ(far.receive(), 1);
  sender.join();
  EXPECT_EQ(far.receive_all(), (std::vector{2, 3}));
}

TEST_F(ChannelWaitTest, WithoutRoomValuesGoFromHandToHand) {
  make(0);
  EXPECT_FALSE(far.try_send(1)) << "nobody receives";
  EXPECT_EQ(far.try_receive(), std::nullopt) << "nobody sends";
  std::thread receiver([&] { EXPECT_EQ(far.receive(), 2); });
  wait_until_waiting(1);
  EXPECT_TRUE(far.try_send(2));
  receiver.join();
  std::thread sender([&] { far.send(3); });
  wait_until_waiting(1);
  EXPECT_EQ(far.try_receive(), 3);
  sender.join();
}

TEST_F(ChannelWaitTest, ManyValuesGoInOrderThroughLittleRoom) {
  make(7);
  std::vector<int> values(20'000), received;
  std::iota(values.begin(), values.end(), 0);
  std::thread sender([&] {
    EXPECT_EQ(far.send_all(values), values.size());
    far.close();
  });
  for (std::vector<int> some = far.receive_all(); !some.empty(); some = far.receive_all())
    received.insert(received.end(), some.begin(), some.end());
  sender.join();
  EXPECT_EQ(received, values);
}

TEST_F(ChannelWaitTest, AReceiveTakesNoMoreThanItIsToldTo) {
  make(unbounded);
  EXPECT_EQ(far.send_all(std::vector{1, 2, 3}), 3u);
  EXPECT_EQ(far.receive_all(2), (std::vector{1, 2}));
  EXPECT_EQ(far.receive_all(2), (std::vector{3}));
  EXPECT_EQ(far.try_receive(), std::nullopt);
}

TEST_F(ChannelWaitTest, AReceiveWhoseTimeIsOverTakesNothing) {
  make(unbounded);
  Failure what = failure_of([&] { far.within(20ms).receive(); });
  EXPECT_EQ(what.kind, ErrorKind::deadline);
  EXPECT_FALSE(what.may_have_run);
  near.send(1);
  EXPECT_EQ(far.receive(), 1);
}

TEST_F(ChannelWaitTest, ASendWhoseTimeIsOverLeavesNothing) {
  make(1);
  far.send(1);
  Failure what = failure_of([&] { far.within(20ms).send(2); });
  EXPECT_EQ(what.kind, ErrorKind::deadline);
  EXPECT_FALSE(what.may_have_run);
  EXPECT_EQ(far.receive(), 1);
  EXPECT_EQ(far.try_receive(), std::nullopt);
}

TEST_F(ChannelWaitTest, ManyValuesWhoseTimeIsOverAreThereInPart) {
  make(3);
  EXPECT_EQ(far.within(50ms).send_all(std::vector{1, 2, 3, 4, 5}), 3u);
  EXPECT_EQ(far.receive_all(), (std::vector{1, 2, 3}));
  EXPECT_EQ(far.try_receive(), std::nullopt);
}

TEST_F(ChannelWaitTest, AStopTokenEndsAWait) {
  make(unbounded);
  std::stop_source stop;
  std::thread receiver([&] {
    EXPECT_EQ(failure_of([&] { far.until(stop.get_token()).receive(); }).kind, ErrorKind::cancelled);
  });
  wait_until_waiting(1);
  stop.request_stop();
  receiver.join();
  near.send(1);
  EXPECT_EQ(far.receive(), 1);
}

// A value and the end of the wait for it cross on the way: it is received, or stays.
TEST_F(ChannelWaitTest, NoValueIsLostWhenWaitsAreGivenUp) {
  make(unbounded);
  constexpr int count = 2'000;
  std::thread sender([&] {
    for (int i = 0; i < count; ++i) near.send(i);
    near.close();
  });
  std::vector<int> received;
  for (bool closed = false; !closed;) {
    std::stop_source stop;
    std::thread stopper([&] { stop.request_stop(); });
    try {
      auto value = far.until(stop.get_token()).next();
      if (value)
        received.push_back(*value);
      else
        closed = true;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
    stopper.join();
  }
  sender.join();
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(received, all);
}

// The process of the channel is stopped for longer than anyone waits for its last word.
TEST_F(ChannelWaitTest, AValueThatComesTooLateGoesBackToTheFront) {
  make(unbounded);
  Gate resumed;
  std::thread receiver([&] {
    EXPECT_EQ(failure_of([&] { far.within(20ms).receive(); }).kind, ErrorKind::deadline);
    resumed.open();
  });
  wait_until_waiting(1);
  Gate loop_stopped, again;
  cluster[0].loop().post([&] {
    loop_stopped.open();
    again.wait();  // the frame that gives the call up lies unread
  });
  loop_stopped.wait();
  resumed.wait();
  std::thread sender([&] { near.send_all(std::vector{1, 2}); });
  while (waiting() > 0) std::this_thread::yield();  // the value is on its way
  again.open();
  sender.join();
  receiver.join();
  EXPECT_EQ(near.within(20s).receive(), 1);
  EXPECT_EQ(near.within(20s).receive(), 2);
}

TEST_F(ChannelWaitTest, TheCloseRefusesASenderThatWaits) {
  make(1);
  far.send(1);
  std::thread sender([&] { EXPECT_EQ(failure_of([&] { far.send(2); }).kind, ErrorKind::refused); });
  wait_until_waiting(1);
  near.close();
  sender.join();
  EXPECT_EQ(far.next(), 1);
  EXPECT_EQ(far.next(), std::nullopt);
}

TEST_F(ChannelWaitTest, ASenderThatDiedLeavesNothing) {
  make(1);
  near.send(1);
  std::thread sender([&] { failure_of([&] { far.send(2); }); });
  wait_until_waiting(1);
  cluster[1].kill();
  sender.join();
  EXPECT_TRUE(cluster[0].wait([&] { return !cluster[0].died.empty(); }));
  EXPECT_EQ(near.receive(), 1);
  EXPECT_EQ(near.try_receive(), std::nullopt);
}

TEST_F(ChannelWaitTest, OperationsTakeCompletionTokens) {
  make(1);
  std::future<std::optional<int>> first = far.async_next(boost::asio::use_future);
  far.async_send(boost::asio::use_future, 1).get();
  EXPECT_EQ(first.get(), 1);
  far.send(2);
  std::future<void> second = far.async_send(boost::asio::use_future, 3);
  wait_until_waiting(1);
  EXPECT_EQ(far.receive(), 2);
  second.get();
  EXPECT_EQ(far.async_next(boost::asio::use_future).get(), 3);
  far.close();
  EXPECT_EQ(far.async_next(boost::asio::use_future).get(), std::nullopt);
}

TEST_F(ChannelWaitTest, ACancellationSlotEndsAWaitAndLosesNothing) {
  make(unbounded);
  boost::asio::cancellation_signal signal;
  std::promise<void> ended;
  far.async_next(boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, auto) {
    EXPECT_EQ(failure_of([&] { std::rethrow_exception(error); }).kind, ErrorKind::cancelled);
    ended.set_value();
  }));
  wait_until_waiting(1);
  signal.emit(boost::asio::cancellation_type::terminal);
  ended.get_future().get();
  near.send(1);
  EXPECT_EQ(far.receive(), 1);
}

TEST_F(ChannelWaitTest, ValuesOfAnyTypeGoInOneMessage) {
  auto flags = cluster[0].channel<bool>();
  EXPECT_EQ(flags.send_all(std::vector{true, false, true}), 3u);
  EXPECT_EQ(flags.receive_all(), (std::vector{true, false, true}));
  auto words = cluster[0].channel<std::string>();
  std::vector<std::string> sent(1'000, "word");
  EXPECT_EQ(words.send_all(sent), sent.size());
  std::size_t received = 0;
  while (received < sent.size()) received += words.receive_all(300).size();
  EXPECT_EQ(received, sent.size());
}

TEST_F(ChannelWaitTest, AnUnboundedChannelThatNobodyReceivesFromHasALimitAllTheSame) {
  auto blocks = cluster[0].channel<Bytes>();
  const Bytes block(Buffer(ByteView(std::vector<std::byte>(16 * 1024 * 1024))));
  std::size_t sent = 0;
  Failure what = failure_of([&] {
    for (; sent < 100; ++sent) blocks.send(block);
  });
  EXPECT_EQ(what.kind, ErrorKind::overloaded);
  EXPECT_EQ(sent, 15u);
  EXPECT_EQ(blocks.receive().size(), block.size());
}

}  // namespace
}  // namespace circuit::lang::testing
