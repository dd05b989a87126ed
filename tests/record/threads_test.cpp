#include <atomic>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>

#include "record/recording.hpp"

namespace circuit::record {
namespace {

using testing::facts;
using testing::Recording;

/// A call of which every part follows from one number, so that a mixture of two calls shows.
struct Telltale {
  explicit Telltale(std::uint64_t n) {
    words.fill(n);
    call.direction = n % 2 == 0 ? Direction::outgoing : Direction::incoming;
    call.state = CallState::queued;
    call.call = call.parent = call.chain = call.object = call.method = call.peer = n;
    call.started_ns = call.deadline_ns = n;
    call.depth = static_cast<std::uint32_t>(n);
    call.arguments = std::as_bytes(std::span(words)).first(n % 121);
  }

  std::array<std::uint64_t, 15> words{};
  CallFacts call;
};

bool whole(const RecordedCall& seen) {
  const Telltale told(seen.call);
  const CallFacts& call = told.call;
  return seen.direction == call.direction && seen.parent == call.parent && seen.chain == call.chain &&
         seen.object == call.object && seen.method == call.method && seen.peer == call.peer &&
         seen.started_ns == call.started_ns && seen.deadline_ns == call.deadline_ns &&
         seen.depth == call.depth && seen.argument_bytes == call.arguments.size() &&
         std::equal(seen.arguments.begin(), seen.arguments.end(), call.arguments.begin(),
                    call.arguments.end()) &&
         (seen.state != CallState::running || seen.thread == static_cast<std::int32_t>(seen.call & 0xffff));
}

bool whole(const FinishedCall& seen) {
  return seen.parent == seen.call && seen.chain == seen.call && seen.object == seen.call &&
         seen.method == seen.call && seen.peer == seen.call && seen.started_ns == seen.call &&
         seen.finished_ns == seen.call && seen.depth == static_cast<std::uint32_t>(seen.call) &&
         seen.direction == (seen.call % 2 == 0 ? Direction::outgoing : Direction::incoming);
}

TEST(Seqlock, ShowsNoTornRecordUnderHammeringWriters) {
  Recording r(8);
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (std::uint64_t writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&, writer] {
      for (std::uint64_t n = (writer + 1) << 32; !stop.load(std::memory_order_relaxed); ++n) {
        const Telltale told(n);
        const std::optional<SlotId> id = r.recorder->acquire(told.call);
        if (!id) continue;
        r.recorder->running(*id, static_cast<std::int32_t>(n & 0xffff));
        r.recorder->release(*id, Outcome::answered, n);
      }
    });
  }
  std::size_t torn = 0;
  std::size_t seen = 0;
  std::uint64_t started = 0;
  while (seen < 20'000 || started < 100'000) {
    for (const RecordedCall& call : r.reader.calls()) {
      ++seen;
      torn += whole(call) ? 0U : 1U;
    }
    for (const FinishedCall& call : r.reader.finished(100)) torn += whole(call) ? 0U : 1U;
    const Counters counters = r.reader.counters(Direction::incoming);
    EXPECT_GE(counters.started, started) << "a counter went back";
    EXPECT_GE(counters.started, counters.answered);
    started = counters.started;
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(torn, 0U);
}

TEST(Recorder, GivesNoSlotToTwoThreadsAtOnce) {
  Recording r(4);
  constexpr int rounds = 20'000;
  std::array<std::atomic<int>, 8> holders{};
  std::atomic<int> doubles{0};
  std::atomic<std::uint64_t> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const Direction direction = t % 2 == 0 ? Direction::outgoing : Direction::incoming;
      for (int i = 0; i < rounds; ++i) {
        const std::optional<SlotId> first = r.recorder->acquire(facts(direction));
        const std::optional<SlotId> second = r.recorder->acquire(facts(direction));
        for (const auto& id : {first, second}) {
          if (id && holders[id->index].fetch_add(1) != 0) ++doubles;
        }
        for (const auto& id : {first, second}) {
          if (!id) continue;
          ++taken;
          holders[id->index].fetch_sub(1);
          r.recorder->release(*id, Outcome::answered, 1);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(doubles, 0);
  EXPECT_EQ(r.recorder->in_flight(Direction::outgoing), 0U);
  EXPECT_EQ(r.recorder->in_flight(Direction::incoming), 0U);
  const Counters out = r.reader.counters(Direction::outgoing);
  const Counters in = r.reader.counters(Direction::incoming);
  EXPECT_EQ(out.started + in.started, taken);
  EXPECT_EQ(out.answered + in.answered, taken);
  EXPECT_EQ(out.overflowed + in.overflowed, 8U * rounds - taken);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(r.recorder->acquire(facts(Direction::outgoing)));
}

TEST(Recorder, LetsOneOfManyReleasersOfACallThrough) {
  Recording r(4);
  for (int round = 0; round < 300; ++round) {
    const SlotId id = r.recorder->acquire(facts(Direction::outgoing)).value();
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        r.recorder->running(id, t);
        r.recorder->release(id, static_cast<Outcome>(t), 1);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const Counters counters = r.reader.counters(Direction::outgoing);
  EXPECT_EQ(counters.answered + counters.failed + counters.abandoned, 300U);
  EXPECT_EQ(r.recorder->in_flight(Direction::outgoing), 0U);
}

TEST(Names, AreKeptOnceEachWhenThreadsNameTheSame) {
  Recording r(1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t method = 1; method <= limits::recorded_names; ++method) {
        r.recorder->name(method, "m" + std::to_string(method));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::uint64_t method = 1; method <= limits::recorded_names; ++method) {
    const SlotId id = r.recorder->acquire(facts(Direction::outgoing, method)).value();
    EXPECT_EQ(r.reader.calls().at(0).method_name, "m" + std::to_string(method));
    r.recorder->release(id, Outcome::answered, 1);
  }
}

}  // namespace
}  // namespace circuit::record
