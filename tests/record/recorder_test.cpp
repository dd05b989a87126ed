#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <set>
#include <sys/mman.h>
#include <unistd.h>

#include "record/recording.hpp"

namespace circuit::record {
namespace {

using testing::facts;
using testing::Recording;

TEST(Recorder, SealsItsMemoryAgainstAnyChangeOfSize) {
  const UniqueFd memory = Recorder::make_memory(1, 4).value();
  const int seals = ::fcntl(memory.get(), F_GET_SEALS);
  EXPECT_EQ(seals & (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  EXPECT_NE(::ftruncate(memory.get(), 0), 0);
  EXPECT_NE(::ftruncate(memory.get(), 1 << 24), 0);
  EXPECT_NE(::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_WRITE), 0);
}

TEST(Recorder, RefusesANumberOfSlotsThatMakesNoSense) {
  for (const std::uint32_t slots : {std::uint32_t{0}, limits::recorder_slots + 1, ~std::uint32_t{0}}) {
    EXPECT_EQ(Recorder::create(1, slots).error().kind, ErrorKind::invalid);
  }
  EXPECT_TRUE(Recorder::create(1, limits::recorder_slots).has_value());
}

TEST(Recorder, HandsOutEachSlotOfADirectionOnceAndThenNone) {
  Recording r(4);
  std::vector<SlotId> ids;
  std::set<std::uint64_t> calls;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(r.recorder->acquire(facts(Direction::outgoing)).value());
    calls.insert(ids.back().call());
  }
  EXPECT_EQ(calls.size(), 4U);
  EXPECT_FALSE(r.recorder->acquire(facts(Direction::outgoing)));
  EXPECT_EQ(r.recorder->in_flight(Direction::outgoing), 4U);
  EXPECT_EQ(r.reader.counters(Direction::outgoing).overflowed, 1U);

  EXPECT_TRUE(r.recorder->acquire(facts(Direction::incoming))) << "the directions share no slots";
  r.recorder->release(ids[2], Outcome::answered, 1);
  EXPECT_EQ(r.recorder->in_flight(Direction::outgoing), 3U);
  const std::optional<SlotId> again = r.recorder->acquire(facts(Direction::outgoing));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->index, ids[2].index);
  EXPECT_NE(again->call(), ids[2].call());
}

TEST(Recorder, KeepsNothingOfASecretNorOfWhatFollows) {
  Recording r(4);
  // ["me", secret "hunter2", 7], and what a slot may hold of an earlier call.
  std::string text = "\x83\x62me\xd9\xc7\x3a\x67hunter2\x07";
  CallFacts call = facts(Direction::incoming);
  call.arguments = bytes_of(text);
  const SlotId id = r.recorder->acquire(call).value();
  const auto seen = r.reader.calls();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(text_of(seen[0].arguments), "\x83\x62me\xd9\xc7\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  r.recorder->release(id, Outcome::answered, 1);

  // The mark at the very limit, and a secret that begins in the middle of other bytes.
  text.assign(limits::recorded_argument_bytes - 2, 'x');
  text += "\xd9\xc7\x3a\x67hunter2";
  call.arguments = bytes_of(text);
  r.recorder->acquire(call);
  std::string memory(1 << 20, '\0');
  const ssize_t n = ::pread(r.recorder->fd(), memory.data(), memory.size(), 0);
  ASSERT_GT(n, 0);
  EXPECT_EQ(memory.find("hunter"), std::string::npos);
}

TEST(Recorder, TakesTheSlotThatWasFreedLast) {
  Recording r(64);
  std::uint32_t highest = 0;
  for (int i = 0; i < 1000; ++i) {
    const SlotId id = r.recorder->acquire(facts(Direction::incoming)).value();
    highest = std::max(highest, id.index - 64);
    r.recorder->release(id, Outcome::answered, 1);
  }
  EXPECT_EQ(highest, 0U);
}

TEST(Recorder, IgnoresStaleIds) {
  Recording r;
  const SlotId old = r.recorder->acquire(facts(Direction::incoming)).value();
  r.recorder->release(old, Outcome::answered, 1);
  EXPECT_FALSE(r.recorder->current(old));
  const SlotId now = r.recorder->acquire(facts(Direction::incoming)).value();
  ASSERT_EQ(now.index, old.index);

  r.recorder->running(old, 99);
  r.recorder->waiting(old);
  r.recorder->queued_behind(old, 5);
  r.recorder->release(old, Outcome::failed, 2);

  EXPECT_TRUE(r.recorder->current(now));
  ASSERT_EQ(r.reader.calls().size(), 1U);
  EXPECT_EQ(r.reader.calls()[0].state, CallState::queued);
  EXPECT_EQ(r.reader.calls()[0].thread, 0);
  EXPECT_EQ(r.reader.calls()[0].queued_behind, 0U);
  EXPECT_EQ(r.reader.counters(Direction::incoming).failed, 0U);
  EXPECT_EQ(r.recorder->in_flight(Direction::incoming), 1U);
}

TEST(Recorder, IgnoresIdsThatAPeerMadeUp) {
  Recording r(4);
  const SlotId id = r.recorder->acquire(facts(Direction::outgoing)).value();
  r.recorder->release(r.recorder->acquire(facts(Direction::outgoing)).value(), Outcome::answered, 1);
  for (std::uint64_t low = 0; low <= 16; ++low) {
    for (std::uint64_t high = 0; high <= 8; ++high) {
      const std::uint64_t call = high << 32 | low;
      EXPECT_EQ(r.recorder->current(SlotId::of(call)), call == id.call());
      if (call == id.call()) continue;
      r.recorder->running(SlotId::of(call), 1);
      r.recorder->release(SlotId::of(call), Outcome::answered, 1);
    }
  }
  r.recorder->release(SlotId::of(~std::uint64_t{0}), Outcome::answered, 1);
  EXPECT_EQ(r.recorder->in_flight(Direction::outgoing), 1U);
  EXPECT_EQ(r.reader.calls().at(0).state, CallState::waiting);
}

TEST(SlotId, BecomesACallIdAndBack) {
  const SlotId id{4095, 77};
  EXPECT_EQ(id.call(), (std::uint64_t{77} << 32) + 4096);
  EXPECT_EQ(SlotId::of(id.call()), id);
  EXPECT_NE(SlotId{}.call(), 0U);
}

TEST(Recorder, CountsEachDirectionAndOutcome) {
  Recording r;
  const auto one = [&](Direction direction, Outcome outcome) {
    r.recorder->release(r.recorder->acquire(facts(direction)).value(), outcome, 1);
  };
  one(Direction::outgoing, Outcome::answered);
  one(Direction::outgoing, Outcome::answered);
  one(Direction::outgoing, Outcome::abandoned);
  one(Direction::incoming, Outcome::failed);
  ASSERT_TRUE(r.recorder->acquire(facts(Direction::incoming)));
  const Counters out = r.reader.counters(Direction::outgoing);
  EXPECT_EQ(out.started, 3U);
  EXPECT_EQ(out.answered, 2U);
  EXPECT_EQ(out.failed, 0U);
  EXPECT_EQ(out.abandoned, 1U);
  const Counters in = r.reader.counters(Direction::incoming);
  EXPECT_EQ(in.started, 2U);
  EXPECT_EQ(in.failed, 1U);
}

TEST(Recorder, TakesOverMemoryAndAbandonsWhatWasInFlight) {
  UniqueFd memory = Recorder::make_memory(42, 4).value();
  const Reader reader = Reader::open(memory.duplicate()).value();
  EXPECT_EQ(reader.pid(), 0);
  {
    const auto first = Recorder::attach(memory.duplicate()).value();
    EXPECT_EQ(first->worker(), 42U);
    ASSERT_TRUE(first->acquire(facts(Direction::incoming)));
    ASSERT_TRUE(first->acquire(facts(Direction::outgoing)));
  }
  EXPECT_EQ(reader.calls().size(), 2U) << "what a dead writer left stays to be read";
  const auto second = Recorder::attach(std::move(memory)).value();
  EXPECT_TRUE(reader.calls().empty());
  EXPECT_EQ(reader.counters(Direction::incoming).abandoned, 1U);
  EXPECT_EQ(reader.counters(Direction::outgoing).abandoned, 1U);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(second->acquire(facts(Direction::incoming)));
  EXPECT_EQ(reader.calls().size(), 4U);
  EXPECT_EQ(reader.pid(), ::getpid());
}

TEST(Recorder, KeepsItsCallsWhenTheSharedMemoryIsGarbled) {
  Recording r(4);
  const SlotId id = r.recorder->acquire(facts(Direction::outgoing)).value();
  const Memory other = Memory::map(testing::duplicate(r.recorder->fd()), Memory::Access::write).value();
  auto* start = reinterpret_cast<unsigned char*>(&other.header());
  std::memset(start + 128, 0xff, sizeof(layout::Header) - 128 + 8 * sizeof(layout::Slot));
  EXPECT_TRUE(r.recorder->current(id));
  r.recorder->running(id, 1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(r.recorder->acquire(facts(Direction::outgoing)));
  EXPECT_FALSE(r.recorder->acquire(facts(Direction::outgoing)));
  r.recorder->release(id, Outcome::answered, 1);
  EXPECT_EQ(r.recorder->in_flight(Direction::outgoing), 3U);
  EXPECT_EQ(r.recorder->acquire(facts(Direction::outgoing))->index, id.index);
}

}  // namespace
}  // namespace circuit::record
