#include <fcntl.h>
#include <thread>

#include <circuit/value/codec.hpp>

#include "lang/objects.hpp"
#include "record/reader.hpp"

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

record::Reader reader_of(Member& member) {
  return record::Reader::open(UniqueFd(::fcntl(member.node().recorder().fd(), F_DUPFD_CLOEXEC, 0))).value();
}

TEST(Recorded, ACallInFlightStandsOnBothSidesWithNameAndArguments) {
  Cluster cluster(2);
  auto serial = std::make_shared<Serial>();
  cluster[1].publish(object_id, serial);
  auto remote = cluster[0].published<Serial>(cluster[1], object_id);
  std::thread first([&] { remote.call<&Serial::enter>(1); });
  ASSERT_TRUE(serial->inside_count.wait_for(1));
  auto out = reader_of(cluster[0]).calls();
  auto in = reader_of(cluster[1]).calls();
  ASSERT_EQ(out.size(), 1u);
  ASSERT_EQ(in.size(), 1u);
  EXPECT_EQ(out[0].call, in[0].call) << "one call, one id";
  EXPECT_EQ(out[0].method_name, "lang_test::Serial.enter(i32)->i32");
  EXPECT_EQ(in[0].method_name, out[0].method_name);
  EXPECT_EQ(text_of(in[0].arguments), text_of(to_cbor(std::tuple<int>(1))));
  EXPECT_EQ(in[0].arguments, out[0].arguments);
  EXPECT_EQ(out[0].state, record::CallState::waiting);
  EXPECT_EQ(in[0].state, record::CallState::running);
  EXPECT_GT(in[0].thread, 0);
  EXPECT_EQ(in[0].peer, cluster[0].address().id.value);
  EXPECT_EQ(out[0].peer, cluster[1].address().id.value);

  std::thread second([&] { remote.call<&Serial::enter>(2); });
  auto queued = [&] {
    for (const auto& call : reader_of(cluster[1]).calls())
      if (call.queued_behind != 0) return true;
    return false;
  };
  while (!queued()) std::this_thread::yield();
  serial->gate.open();
  first.join();
  second.join();
  EXPECT_TRUE(reader_of(cluster[0]).calls().empty());
  EXPECT_TRUE(reader_of(cluster[1]).calls().empty());
  EXPECT_EQ(reader_of(cluster[0]).counters(record::Direction::outgoing).answered, 2u);
}

TEST(Recorded, CallsThatEndWithoutAnAnswerCountAsAbandoned) {
  Cluster cluster(2);
  auto slow = std::make_shared<Slow>();
  cluster[1].publish(object_id, slow);
  auto remote = cluster[0].published<Slow>(cluster[1], object_id);
  EXPECT_THROW(remote.within(10ms).call<&Slow::wait>(), Error);
  EXPECT_EQ(reader_of(cluster[0]).counters(record::Direction::outgoing).abandoned, 1u);
  slow->gate.open();
}

TEST(Recorded, ARecorderWithMoreSlotsThanTheTableIsUsedUpToTheTable) {
  SystemClock clock;
  link::AsioLoop loop(clock);
  auto recorder = record::Recorder::create(1, limits::recorder_slots).value();
  Calls calls(*recorder, loop);
  struct Nobody final : Waiter {
    void complete(Answer) override {}
  } nobody;
  std::uint32_t taken = 0;
  while (calls.begin(nullptr, {}, {}, {}, nobody)) ++taken;
  EXPECT_EQ(taken, limits::call_slots);
  calls.close(failure(ErrorKind::cancelled, "over"));
}

}  // namespace
}  // namespace circuit::lang::testing
