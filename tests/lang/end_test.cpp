#include <thread>

#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

TEST(End, CallsInFlightEndWithCancelled) {
  Cluster cluster(2);
  auto slow = std::make_shared<Slow>();
  cluster[1].publish(object_id, slow);
  Count ended;
  std::thread caller([&, remote = cluster[0].published<Slow>(cluster[1], object_id)] {
    EXPECT_EQ(failure_of([&] { remote.call<&Slow::wait>(); }).kind, ErrorKind::cancelled);
    ended.add();
  });
  ASSERT_TRUE(slow->began.wait_for(1));
  cluster[0].node().stop();
  EXPECT_TRUE(ended.wait_for(1));
  caller.join();
  slow->gate.open();
}

TEST(End, WhatRunsInThePoolIsWaitedForAndItsNestedCallsFail) {
  Cluster cluster(2);
  auto first = std::make_shared<Echo>(), second = std::make_shared<Echo>();
  first->self = cluster[0].ref(first);
  second->self = cluster[1].ref(second);
  cluster[1].publish(object_id, second);
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&, there = cluster[0].published<Echo>(cluster[1], object_id)] {
      try {
        for (;;) there.call<&Echo::bounce>(first->self, 20);
      } catch (const Error&) {
      }
    });
  ASSERT_TRUE(cluster[1].wait([&] { return cluster[1].peer(cluster[0])->is_open(); }));
  cluster[1].node().stop();
  for (std::thread& caller : callers) caller.join();
  first->self = second->self = {};
}

TEST(End, ReferencesMayOutliveTheirNode) {
  Ref<Counter> import, local;
  Channel<int> channel;
  {
    Cluster cluster(2);
    auto broker = make_broker(cluster[1]);
    import = cluster[0].published<Broker>(cluster[1], object_id).call<&Broker::make>();
    local = cluster[0].ref(std::make_shared<Counter>());
    channel = cluster[0].channel<int>();
  }
  EXPECT_EQ(failure_of([&] { import.call<&Counter::increment>(); }).kind, ErrorKind::cancelled);
  EXPECT_EQ(failure_of([&] { local.call<&Counter::increment>(); }).kind, ErrorKind::cancelled);
  EXPECT_EQ(failure_of([&] { channel.send(1); }).kind, ErrorKind::cancelled);
  EXPECT_EQ(local.address().id.value, 0xa0u);
}

TEST(End, ObjectsThatHoldReferencesGoWithTheirNode) {
  Cluster cluster(2);
  std::vector<std::shared_ptr<Broker>> brokers{make_broker(cluster[0]), make_broker(cluster[1])};
  for (std::size_t i = 0; i < 2; ++i) {
    auto door = cluster[i].published<Broker>(cluster[1 - i], object_id);
    brokers[i]->kept = door.call<&Broker::make>();
    door.call<&Broker::keep>(cluster[i].ref(std::make_shared<Counter>()));
  }
  brokers.clear();
}

TEST(End, AWaitingReceiverDoesNotOutliveTheNodeOfItsChannel) {
  Cluster cluster(2);
  cluster[1].node().dispatcher().publish(object_id, make_channel_servant<int>());
  Channel<int> far(
      cluster[0].node().imports().fixed(cluster[0].peer(cluster[1]), object_id, channel_interface<int>()));
  std::thread receiver([&] {
    ErrorKind kind = failure_of([&] { far.receive(); }).kind;
    EXPECT_TRUE(kind == ErrorKind::dead || kind == ErrorKind::cancelled);
  });
  while (cluster[1].node().recorder().in_flight(record::Direction::incoming) == 0) std::this_thread::yield();
  cluster[1].end();
  receiver.join();
}

TEST(End, ANodeWhoseLoopNeverRanEndsToo) {
  SystemClock clock;
  SystemRandom random;
  link::AsioLoop loop(clock);
  link::UnixTransport transport(loop);
  Node::Parts parts;
  parts.address.id = WorkerId{1};
  parts.loop = &loop;
  parts.transport = &transport;
  parts.random = &random;
  parts.recorder = value_or_throw(record::Recorder::create(1));
  Node node(std::move(parts));
  node.stop();
}

TEST(End, AnAnswerAboutAFateThatComesTooLateIsIgnored) {
  std::function<void(Fate)> tell;
  Count asked;
  Cluster cluster(2);
  cluster[1].publish(object_id, std::make_shared<Calculator>());
  on_loop(cluster[0].loop(), [&] {
    cluster[0].node().peers().set_ask_fate([&](const Address&, std::function<void(Fate)> told) {
      tell = std::move(told);
      asked.add();
    });
  });
  cluster[0].published<Calculator>(cluster[1], object_id).call<&Calculator::get>();
  cluster[1].kill();
  ASSERT_TRUE(asked.wait_for(1));
  cluster[0].end();
  tell({true, "late"});
}

}  // namespace
}  // namespace circuit::lang::testing
