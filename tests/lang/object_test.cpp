#include <algorithm>
#include <thread>

#include "lang/objects.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

TEST(Objects, CallsOnASerialObjectNeverOverlap) {
  Cluster cluster(3);
  auto serial = std::make_shared<Serial>();
  serial->gate.open();
  cluster[0].publish(object_id, serial);
  std::vector<std::thread> callers;
  for (std::size_t caller = 1; caller <= 2; ++caller)
    callers.emplace_back([&, caller] {
      auto remote = cluster[caller].published<Serial>(cluster[0], object_id);
      for (int i = 0; i < 100; ++i) remote.call<&Serial::enter>(static_cast<int>(caller) * 1000 + i);
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(serial->most, 1);
  for (int caller = 1; caller <= 2; ++caller) {
    std::vector<int> own;
    std::copy_if(serial->seen.begin(), serial->seen.end(), std::back_inserter(own),
                 [&](int number) { return number / 1000 == caller; });
    EXPECT_EQ(own.size(), 100u);
    EXPECT_TRUE(std::is_sorted(own.begin(), own.end())) << "in the order of the caller";
  }
}

TEST(Objects, AllReferencesToOneObjectShareItsTurns) {
  Cluster cluster(1);
  auto serial = std::make_shared<Serial>();
  auto first = cluster[0].ref(serial), second = cluster[0].ref(serial);
  EXPECT_EQ(local_servant(first.target()), local_servant(second.target()));
  auto other = cluster[0].ref(std::make_shared<Serial>());
  EXPECT_NE(local_servant(first.target()), local_servant(other.target()));
}

/// Sends a call without waiting for it.
void start(Member& from, Member& to, std::uint64_t method, Buffer body, Count& answered) {
  struct Waiting final : Waiter {
    explicit Waiting(Count& c) : count(c) {}
    void complete(Answer answer) override {
      EXPECT_TRUE(answer.has_value());
      count.add();
      delete this;
    }
    Count& count;
  };
  PeerPointer peer = from.peer(to);
  ReferenceSession none(from.node(), peer);
  from.node().send_call(peer, from.node().head_for(object_id, method, false), std::move(body), none, {},
                        *new Waiting(answered));
}

template <class... A>
Buffer body_of(const A&... arguments) {
  Buffer body;
  body.extend(wire::CallHead::size);
  Encoder encoder(body);
  encode_arguments(encoder, arguments...);
  return body;
}

TEST(Objects, ASmallCallDoesNotOvertakeALargeOneToTheSameObject) {
  Cluster cluster(2);
  auto serial = std::make_shared<Serial>();
  cluster[1].publish(object_id, serial);
  interface_of<Serial>();
  Count answered;
  std::uint64_t weigh = method_id<Serial, &Serial::weigh>(), note = method_id<Serial, &Serial::note>();
  cluster[0].published<Serial>(cluster[1], object_id).call<&Serial::note>(0);
  cluster[0].transport().faults.stuck = true;
  start(cluster[0], cluster[1], note, body_of(1), answered);
  start(cluster[0], cluster[1], weigh, body_of(Bytes(wire::testing::filled(4'000'000))), answered);
  start(cluster[0], cluster[1], note, body_of(2), answered);
  start(cluster[0], cluster[1], weigh, body_of(Bytes(wire::testing::filled(300'000))), answered);
  start(cluster[0], cluster[1], note, body_of(3), answered);
  cluster[0].transport().faults.stuck = false;
  ASSERT_TRUE(answered.wait_for(5));
  EXPECT_EQ(serial->seen, (std::vector<int>{0, 1, 4'000'000, 2, 300'000, 3}));
}

TEST(Objects, CallsOnAConcurrentObjectOverlap) {
  Cluster cluster(2);
  auto object = std::make_shared<Overlapping>();
  cluster[1].publish(object_id, object);
  auto remote = cluster[0].published<Overlapping>(cluster[1], object_id);
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&, i] { EXPECT_EQ(remote.call<&Overlapping::pass>(i), i); });
  EXPECT_TRUE(object->inside_count.wait_for(4)) << "all are inside at once";
  object->gate.open();
  for (std::thread& caller : callers) caller.join();
}

TEST(Objects, ACallbackFromWithinTheChainMayEnter) {
  Cluster cluster(2);
  auto first = std::make_shared<Echo>(), second = std::make_shared<Echo>();
  first->self = cluster[0].ref(first);
  second->self = cluster[1].ref(second);
  cluster[1].publish(object_id, second);
  auto there = cluster[0].published<Echo>(cluster[1], object_id);
  EXPECT_EQ(first->self.call<&Echo::down>(there, 9), 9);
  EXPECT_EQ(first->self.call<&Echo::down>(first->self, 5), 5) << "also within one process";
  first->self = second->self = {};
}

TEST(Objects, AnotherChainDoesNotEnterMeanwhile) {
  Cluster cluster(2);
  auto serial = std::make_shared<Serial>();
  cluster[1].publish(object_id, serial);
  auto remote = cluster[0].published<Serial>(cluster[1], object_id);
  std::thread first([&] { remote.call<&Serial::enter>(1); });
  ASSERT_TRUE(serial->inside_count.wait_for(1));
  std::thread second([&] { remote.call<&Serial::enter>(2); });
  Failure what = failure_of([&] { remote.within(20ms).call<&Serial::enter>(3); });
  EXPECT_EQ(what.kind, ErrorKind::deadline);
  EXPECT_EQ(serial->inside, 1);
  serial->gate.open();
  first.join();
  second.join();
  EXPECT_EQ(serial->most, 1);
}

}  // namespace
}  // namespace circuit::lang::testing
