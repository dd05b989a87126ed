#include <array>
#include <atomic>
#include <future>
#include <thread>

#include "base/limits.hpp"
#include "link/ends.hpp"

namespace circuit::link::testing {
namespace {

using wire::FrameKind;
using wire::testing::filled;

TEST(Traffic, MessagesArriveInTheOrderOfSending) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  for (std::uint64_t call = 1; call <= 1'000; ++call)
    ASSERT_TRUE(pair.a.link->send(FrameKind::call, call, bytes_of("head "), bytes_of(std::to_string(call))));
  ASSERT_TRUE(pair.b.wait([&] { return pair.b.received_messages.size() == 1'000; }));
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    EXPECT_EQ(pair.b.received_messages[i].call, i + 1);
    EXPECT_EQ(pair.b.received_messages[i].body, "head " + std::to_string(i + 1));
  }
}

TEST(Traffic, ASmallFrameOvertakesALargeBody) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  pair.a.transport.faults.stuck = true;
  Buffer body = filled(16 << 20, 'y');
  // The first frame meets a full socket; what follows gathers behind it.
  pair.a.link->send(FrameKind::call, 1, bytes_of("first"));
  pair.a.link->send(FrameKind::call, 2, body);
  pair.a.link->send(FrameKind::call, 3, bytes_of("small"));
  pair.a.transport.faults.stuck = false;
  ASSERT_TRUE(pair.b.wait([&] { return pair.b.received_messages.size() == 3; }));
  EXPECT_EQ(pair.b.received_messages[1].call, 3u);
  EXPECT_EQ(pair.b.received_messages[2].body, std::string(text_of(body)));
}

TEST(Traffic, OfOneOrderNothingOvertakes) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  pair.a.transport.faults.stuck = true;
  pair.a.link->send(FrameKind::call, 1, filled(1 << 20), {}, false, 7);
  pair.a.link->send(FrameKind::call, 2, bytes_of("small"), {}, false, 7);
  pair.a.link->send(FrameKind::call, 3, bytes_of("of another"), {}, false, 8);
  pair.a.transport.faults.stuck = false;
  ASSERT_TRUE(pair.b.wait([&] { return pair.b.received_messages.size() == 3; }));
  EXPECT_EQ(pair.b.received_messages[0].call, 3u);
  EXPECT_EQ(pair.b.received_messages[1].call, 1u);
  EXPECT_EQ(pair.b.received_messages[2].call, 2u);
}

TEST(Traffic, WhatOneReadBroughtIsAnsweredInOneWrite) {
  Pair pair;
  pair.b.on_message = [&](const wire::Message& message) {
    pair.b.link->send(FrameKind::reply, message.call, bytes_of("answer"));
  };
  ASSERT_TRUE(pair.open());
  // B must not read while A sends: its loop is held up meanwhile.
  std::mutex mutex;
  std::condition_variable free;
  bool go = false;
  pair.b.loop.post([&] {
    std::unique_lock lock(mutex);
    free.wait(lock, [&] { return go; });
  });
  for (std::uint64_t call = 1; call <= 100; ++call)
    pair.a.link->send(FrameKind::call, call, bytes_of("question"));
  int before = pair.b.transport.faults.writes;
  {
    std::lock_guard lock(mutex);
    go = true;
    free.notify_one();
  }
  ASSERT_TRUE(pair.a.wait([&] { return pair.a.received_messages.size() == 100; }));
  EXPECT_EQ(pair.b.transport.faults.writes, before + 1);
}

TEST(Traffic, WhileOneThreadWritesTheOthersAppend) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 500; ++i)
        pair.a.link->send(FrameKind::call, thread << 32 | i, bytes_of("x"));
    });
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(pair.b.wait([&] { return pair.b.received_messages.size() == 4'000; }));
  std::vector<std::uint64_t> next(8, 0);
  for (const Received& message : pair.b.received_messages)
    EXPECT_EQ(message.call & 0xffffffff, next[message.call >> 32]++);
}

TEST(Traffic, ASenderWaitsWhileTooMuchLiesUnsent) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  pair.a.transport.faults.stuck = true;
  Buffer body = filled(32 << 20);
  std::atomic<int> sent{0};
  std::thread sender([&] {
    for (std::uint64_t call = 1; call <= 6; ++call) {
      pair.a.link->send(FrameKind::call, call, body);
      ++sent;
    }
  });
  pair.a.transport.faults.stuck = false;
  ASSERT_TRUE(pair.b.wait([&] { return pair.b.received_messages.size() == 6; }));
  sender.join();
  EXPECT_EQ(sent, 6);
}

// Go'Circuit held the lock that its reader needed while it waited for room: two such senders stood still for
// ever.
TEST(Traffic, BothSidesMayFillTheirPipesAtOnceAndNeitherStandsStill) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  const Buffer body = filled(32 << 20);
  constexpr int bodies = 6;  // of which the last has to wait for room
  std::array ends{&pair.a, &pair.b};
  std::vector<std::thread> senders;
  {
    // Nobody reads while these are open.
    std::promise<void> deaf;
    const std::shared_future<void> over = deaf.get_future().share();
    for (End* end : ends) end->loop.post([over] { over.wait(); });
    std::atomic<int> sent{0};
    for (End* end : ends)
      senders.emplace_back([&, end] {
        for (std::uint64_t call = 1; call <= bodies; ++call, ++sent, sent.notify_all())
          end->link->send(FrameKind::call, call, body);
      });
    for (int now; (now = sent) < 2 * (bodies - 1);) sent.wait(now);
    deaf.set_value();
    for (std::thread& sender : senders) sender.join();
  }
  for (End* end : ends) ASSERT_TRUE(end->wait([&] { return end->received_messages.size() == bodies; }));
}

TEST(Traffic, ASenderThatWaitsIsSetFreeWhenTheLinkEnds) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  pair.a.transport.faults.stuck = true;
  Buffer body = filled(48 << 20);
  std::thread sender([&] {
    int sent = 0;
    while (pair.a.link->send(FrameKind::call, 1, body)) ++sent;
    // 128 MiB may lie unsent before a sender waits.
    EXPECT_LE(sent, 4);
  });
  pair.a.link->close(failure(ErrorKind::cancelled, "enough"));
  sender.join();
  ASSERT_TRUE(pair.a.wait_closed() && pair.b.wait_closed());
}

TEST(Traffic, APeerThatNeverReadsIsGivenUp) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  pair.a.transport.faults.stuck = true;
  on_loop(pair.a.loop, [&] {
    Buffer body = filled(60 << 20);
    std::size_t sent = 0;
    while (pair.a.link->send(FrameKind::reply, 1, body)) sent += body.size();
    EXPECT_GE(sent, limits::unread_bytes);
    EXPECT_LE(sent, limits::unread_bytes + 2 * body.size());
  });
  ASSERT_TRUE(pair.a.wait_closed());
  EXPECT_EQ(pair.a.reason.kind, ErrorKind::overloaded);
}

TEST(Traffic, TheEndOfThePeerIsToldOnce) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  pair.a.link->send(FrameKind::goodbye, 0, {});
  pair.a.link->close(failure(ErrorKind::cancelled, "enough"));
  ASSERT_TRUE(pair.a.wait_closed() && pair.b.wait_closed());
  EXPECT_EQ(pair.b.received_messages.at(0).kind, FrameKind::goodbye);
  EXPECT_EQ(pair.b.reason.kind, ErrorKind::unreachable);
  EXPECT_EQ(pair.b.reason.text, "the peer closed the connection");
  EXPECT_FALSE(pair.b.link->send(FrameKind::call, 1, {})) << "nothing can be sent any more";
  on_loop(pair.a.loop, [] {});
  EXPECT_EQ(pair.a.closes, 1);
}

}  // namespace
}  // namespace circuit::link::testing
