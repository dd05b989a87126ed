#include <csignal>
#include <gtest/gtest.h>
#include <numeric>
#include <sys/wait.h>
#include <unistd.h>

#include "record/recording.hpp"

namespace circuit::record {
namespace {

using testing::facts;
using testing::Recording;

TEST(Reader, SeesEverythingThatWasRecordedOfACall) {
  Recording r;
  r.recorder->name(5, "Reducer.add");
  const std::string arguments = "0123456789 and a little more";
  CallFacts call{
      {Direction::incoming, 11, 2, 3, 4, 5, 6, 700, 9}, CallState::queued, 800, bytes_of(arguments)};
  const SlotId id = r.recorder->acquire(call).value();
  r.recorder->queued_behind(id, 1234);

  std::vector<RecordedCall> calls = r.reader.calls();
  ASSERT_EQ(calls.size(), 1U);
  const RecordedCall& seen = calls[0];
  EXPECT_EQ(seen.direction, Direction::incoming);
  EXPECT_EQ(seen.state, CallState::queued);
  EXPECT_EQ(seen.call, 11U);
  EXPECT_EQ(seen.slot, id.call()) << "what the calls made within it have as their parent";
  EXPECT_EQ(seen.parent, 2U);
  EXPECT_EQ(seen.chain, 3U);
  EXPECT_EQ(seen.object, 4U);
  EXPECT_EQ(seen.method, 5U);
  EXPECT_EQ(seen.peer, 6U);
  EXPECT_EQ(seen.started_ns, 700U);
  EXPECT_EQ(seen.deadline_ns, 800U);
  EXPECT_EQ(seen.depth, 9U);
  EXPECT_EQ(seen.queued_behind, 1234U);
  EXPECT_EQ(seen.argument_bytes, arguments.size());
  EXPECT_EQ(text_of(seen.arguments), arguments);
  EXPECT_EQ(seen.method_name, "Reducer.add");

  r.recorder->running(id, 4'000'000);
  calls = r.reader.calls();
  EXPECT_EQ(calls.at(0).state, CallState::running);
  EXPECT_EQ(calls.at(0).thread, 4'000'000);
  EXPECT_EQ(calls.at(0).queued_behind, 0U);
  r.recorder->release(id, Outcome::answered, 900);
  EXPECT_TRUE(r.reader.calls().empty());
}

TEST(Reader, SeesAnOutgoingCallUnderTheIdOfItsSlot) {
  Recording r;
  const SlotId id = r.recorder->acquire(facts(Direction::outgoing)).value();
  EXPECT_EQ(r.reader.calls().at(0).call, id.call());
  EXPECT_EQ(r.reader.calls().at(0).state, CallState::waiting);
}

TEST(Reader, KeepsTheFirstBytesOfArgumentsOfAnyLength) {
  Recording r;
  std::vector<std::byte> bytes(200);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i + 1);
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    CallFacts call = facts(Direction::outgoing);
    call.arguments = ByteView(bytes).first(length);
    const SlotId id = r.recorder->acquire(call).value();
    const RecordedCall seen = r.reader.calls().at(0);
    EXPECT_EQ(seen.argument_bytes, length);
    const std::size_t kept = std::min(length, limits::recorded_argument_bytes);
    EXPECT_EQ(seen.arguments,
              std::vector<std::byte>(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept)));
    r.recorder->release(id, Outcome::answered, 1);
  }
}

TEST(Reader, ListsCallsOldestFirst) {
  Recording r;
  for (const std::uint64_t started : {30U, 10U, 20U}) {
    CallFacts call = facts(started == 20 ? Direction::incoming : Direction::outgoing);
    call.started_ns = started;
    ASSERT_TRUE(r.recorder->acquire(call));
  }
  const std::vector<RecordedCall> calls = r.reader.calls();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].started_ns, 10U);
  EXPECT_EQ(calls[1].started_ns, 20U);
  EXPECT_EQ(calls[2].started_ns, 30U);
}

TEST(Reader, SeesTheHeartbeatAndWhoWrites) {
  Recording r;
  EXPECT_EQ(r.reader.heartbeat_ns(), 0U);
  r.recorder->beat(123);
  EXPECT_EQ(r.reader.heartbeat_ns(), 123U);
  EXPECT_EQ(r.reader.worker(), 0x6aca01d945c3b861U);
  EXPECT_EQ(r.reader.pid(), ::getpid());
  EXPECT_NE(r.reader.boot(), 0U);
}

TEST(Reader, ListsFinishedCallsNewestFirst) {
  Recording r;
  r.recorder->name(2, "second");
  EXPECT_TRUE(r.reader.finished(10).empty());
  for (std::uint64_t i = 1; i <= 3; ++i) {
    CallFacts call{
        {Direction::incoming, i, i + 10, i + 20, i + 30, i, i + 40, i * 100, 5}, CallState::queued, 0, {}};
    r.recorder->release(r.recorder->acquire(call).value(), static_cast<Outcome>(i - 1), i * 100 + 50);
  }
  const std::vector<FinishedCall> calls = r.reader.finished(10);
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].call, 3U);
  EXPECT_EQ(calls[0].outcome, Outcome::abandoned);
  EXPECT_EQ(calls[2].outcome, Outcome::answered);
  EXPECT_EQ(calls[1].direction, Direction::incoming);
  EXPECT_EQ(calls[1].outcome, Outcome::failed);
  EXPECT_EQ(calls[1].parent, 12U);
  EXPECT_EQ(calls[1].chain, 22U);
  EXPECT_EQ(calls[1].object, 32U);
  EXPECT_EQ(calls[1].peer, 42U);
  EXPECT_EQ(calls[1].started_ns, 200U);
  EXPECT_EQ(calls[1].finished_ns, 250U);
  EXPECT_EQ(calls[1].depth, 5U);
  EXPECT_EQ(calls[1].method_name, "second");
  EXPECT_EQ(r.reader.finished(1).at(0).call, 3U);
  EXPECT_TRUE(r.reader.finished(0).empty());
}

TEST(Reader, KeepsTheLastFinishedCallsWhenTheRingWraps) {
  Recording r;
  const std::uint64_t total = 2 * limits::recorded_finished_calls + 17;
  for (std::uint64_t i = 1; i <= total; ++i) {
    CallFacts call = facts(Direction::outgoing);
    call.call = i;
    r.recorder->release(r.recorder->acquire(call).value(), Outcome::answered, i);
  }
  const std::vector<FinishedCall> calls = r.reader.finished(100'000);
  ASSERT_EQ(calls.size(), limits::recorded_finished_calls);
  for (std::size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(calls[i].call, total - i);
}

TEST(Names, KeepTheFirstTextOfAMethodCutToWhatFits) {
  Recording r;
  const auto shown = [&](std::uint64_t method) {
    const SlotId id = r.recorder->acquire(facts(Direction::outgoing, method)).value();
    const std::string name = r.reader.calls().at(0).method_name;
    r.recorder->release(id, Outcome::answered, 1);
    return name;
  };
  r.recorder->name(1, "add");
  r.recorder->name(1, "other");
  r.recorder->name(2, std::string(63, 'x'));
  r.recorder->name(3, std::string(64, 'x'));
  r.recorder->name(4, std::string(62, 'x').append("\xc3\xa4"));
  r.recorder->name(5, "with\nnewline");
  r.recorder->name(0, "nobody");
  r.recorder->name(6, "");
  EXPECT_EQ(shown(1), "add");
  EXPECT_EQ(shown(2), std::string(63, 'x'));
  EXPECT_EQ(shown(3), std::string(63, 'x'));
  EXPECT_EQ(shown(4), std::string(62, 'x')) << "not cut within a character";
  EXPECT_EQ(shown(5), "with?newline");
  EXPECT_EQ(shown(0), "");
  EXPECT_EQ(shown(6), "");
}

TEST(Names, AreKeptUntilTheTableIsFull) {
  Recording r;
  for (std::uint64_t i = 1; i <= limits::recorded_names + 5; ++i)
    r.recorder->name(i, "m" + std::to_string(i));
  ASSERT_TRUE(r.recorder->acquire(facts(Direction::outgoing, limits::recorded_names)));
  ASSERT_TRUE(r.recorder->acquire(facts(Direction::incoming, limits::recorded_names + 1)));
  for (const RecordedCall& call : r.reader.calls()) {
    EXPECT_EQ(call.method_name, call.direction == Direction::outgoing ? "m512" : "");
  }
}

TEST(Reader, ReadsTheCallsOfAWriterThatWasKilled) {
  UniqueFd memory = Recorder::make_memory(9, 8).value();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto recorder = Recorder::attach(std::move(memory));
    if (!recorder) ::_exit(1);
    CallFacts call = facts(Direction::incoming);
    call.arguments = bytes_of("last words");
    const auto id = (*recorder)->acquire(call);
    (*recorder)->running(*id, 77);
    (*recorder)->release(*(*recorder)->acquire(facts(Direction::outgoing)), Outcome::failed, 5);
    (*recorder)->beat(6);
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  ::close(ready[1]);
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);

  const Reader reader = Reader::open(std::move(memory)).value();
  EXPECT_EQ(reader.pid(), child);
  EXPECT_EQ(reader.heartbeat_ns(), 6U);
  const std::vector<RecordedCall> calls = reader.calls();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].thread, 77);
  EXPECT_EQ(text_of(calls[0].arguments), "last words");
  ASSERT_EQ(reader.finished(5).size(), 1U);
  EXPECT_EQ(reader.finished(5)[0].outcome, Outcome::failed);
}

}  // namespace
}  // namespace circuit::record
