#include <thread>

#include "lang/objects.hpp"

namespace lang_test {

struct Relay {
  void send(Channel<int> to, int from, int until) {
    for (int i = from; i < until; ++i) to.send(i);
  }
  int receive(Channel<int> from) { return from.receive(); }
  void begin(Channel<int> from) {
    began.add();
    static_cast<void>(from.receive());
  }
  Count began;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Relay, concurrent, send, receive, begin);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

class ChannelTest : public ::testing::Test {
 protected:
  TargetPointer channel_target() {
    return cluster[1].node().imports().fixed(cluster[1].peer(cluster[0]), object_id,
                                             channel_interface<int>());
  }
  ChannelTest() {
    cluster[0].node().dispatcher().publish(object_id, make_channel_servant<int>());
    for (std::size_t i = 1; i < 3; ++i) {
      relays.push_back(std::make_shared<Relay>());
      cluster[i].publish(object_id, relays.back());
      doors.push_back(cluster[0].published<Relay>(cluster[i], object_id).within(0ms));
    }
    channel = cluster[0].channel<int>();
  }
  Cluster cluster{3};
  std::vector<std::shared_ptr<Relay>> relays;
  std::vector<Ref<Relay>> doors;
  Channel<int> channel;
};

TEST_F(ChannelTest, ValuesCrossProcesses) {
  doors[0].call<&Relay::send>(channel, 1, 2);
  EXPECT_EQ(channel.receive(), 1);
  channel.send(2);
  EXPECT_EQ(doors[1].call<&Relay::receive>(channel), 2);
}

TEST_F(ChannelTest, AReceiverWaitsForAValue) {
  std::thread receiver([&] { EXPECT_EQ(doors[0].call<&Relay::receive>(channel), 9); });
  doors[1].call<&Relay::send>(channel, 9, 10);
  receiver.join();
}

TEST_F(ChannelTest, TenThousandValuesOfOneSenderComeInOrder) {
  std::thread sender([&] {
    doors[0].call<&Relay::send>(channel, 0, 10'000);
    channel.close();
  });
  int next = 0;
  for (int value : channel) ASSERT_EQ(value, next++);
  EXPECT_EQ(next, 10'000);
  sender.join();
}

TEST_F(ChannelTest, AfterTheCloseWhatWasSentCanStillBeReceived) {
  doors[0].call<&Relay::send>(channel, 5, 6);
  channel.close();
  EXPECT_EQ(failure_of([&] { channel.send(1); }).kind, ErrorKind::refused);
  EXPECT_EQ(channel.next(), 5);
  EXPECT_EQ(channel.next(), std::nullopt);
  EXPECT_EQ(failure_of([&] { channel.receive(); }).text, "the channel is closed");
  channel.close();
}

TEST_F(ChannelTest, AWaitingReceiverIsToldOfTheClose) {
  std::thread receiver([&] {
    EXPECT_EQ(failure_of([&] { doors[0].call<&Relay::receive>(channel); }).type, "circuit::Error");
  });
  while (cluster[0].node().recorder().in_flight(record::Direction::incoming) == 0) std::this_thread::yield();
  channel.close();
  receiver.join();
}

TEST_F(ChannelTest, AReceiverThatDiedTakesNothingWithIt) {
  std::thread receiver(
      [&] { EXPECT_EQ(failure_of([&] { doors[0].call<&Relay::begin>(channel); }).kind, ErrorKind::dead); });
  ASSERT_TRUE(relays[0]->began.wait_for(1));
  while (cluster[1].node().recorder().in_flight(record::Direction::outgoing) == 0) std::this_thread::yield();
  cluster[1].kill();
  receiver.join();
  channel.send(77);
  EXPECT_EQ(channel.receive(), 77);
}

TEST_F(ChannelTest, AChannelOfADeadProcessIsDead) {
  Channel<int> far(
      cluster[0].node().imports().fixed(cluster[0].peer(cluster[1]), object_id + 1, "channel<i32>"));
  cluster[1].node().dispatcher().publish(object_id + 1, make_channel_servant<int>());
  far.send(1);
  EXPECT_EQ(far.receive(), 1);
  std::thread receiver([&] { EXPECT_EQ(failure_of([&] { far.receive(); }).kind, ErrorKind::dead); });
  cluster[1].kill();
  receiver.join();
}

TEST_F(ChannelTest, ReferencesGoThroughAChannelOfAThirdProcess) {
  auto references = cluster[0].channel<Ref<Counter>>();
  auto counter = std::make_shared<Counter>();
  counter->count = 41;
  references.send(cluster[0].ref(counter));
  EXPECT_EQ(references.receive().call<&Counter::increment>(), 42);
  Channel<int> copy = channel;
  copy.send(3);
  EXPECT_EQ(channel.receive(), 3) << "copies are ends of the same queue";
}

TEST_F(ChannelTest, AValueOfAnotherTypeIsRefused) {
  OutgoingCall call(channel_target(), channel_send_id(), {});
  encode_arguments(call.arguments(), std::vector<std::string>{"text"}, true);
  EXPECT_EQ(failure_of([&] { call.run(); }).kind, ErrorKind::invalid);
}

TEST_F(ChannelTest, OperationsThatMakeNoSenseAreRefused) {
  OutgoingCall few(channel_target(), channel_send_id(), {});
  encode_arguments(few.arguments(), std::vector<int>{1});
  EXPECT_EQ(failure_of([&] { few.run(); }).kind, ErrorKind::invalid);
  OutgoingCall none(channel_target(), channel_receive_id(), {});
  encode_arguments(none.arguments(), std::uint64_t{0}, true);
  EXPECT_EQ(failure_of([&] { none.run(); }).kind, ErrorKind::invalid);
  OutgoingCall other(channel_target(), 1234, {});
  encode_arguments(other.arguments());
  EXPECT_EQ(failure_of([&] { other.run(); }).kind, ErrorKind::refused);
}

}  // namespace
}  // namespace circuit::lang::testing
