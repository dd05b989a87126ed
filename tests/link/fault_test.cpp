#include "link/ends.hpp"

namespace circuit::link::testing {
namespace {

using wire::FrameKind;

// Whatever operation it is that fails: both ends learn of it, once, and nothing is received that was not
// sent.
TEST(Faults, ALinkThatFailsAtAnyOperationEndsOnBothSides) {
  Buffer body = wire::testing::filled(200'000, 'z');
  bool reached = true;
  for (int at = 1; reached && at < 200; ++at) {
    Pair pair;
    pair.b.on_message = [&](const wire::Message& message) {
      pair.b.link->send(FrameKind::reply, message.call, message.body);
    };
    ASSERT_TRUE(pair.open());
    pair.a.transport.faults.operations = 0;
    pair.a.transport.faults.fail_at = at;
    for (std::uint64_t call = 1; call <= 3; ++call) pair.a.link->send(FrameKind::call, call, body);
    // Either all is answered before the fault is due, or the link ends.
    ASSERT_TRUE(pair.a.wait([&] { return pair.a.closes == 1 || pair.a.received_messages.size() == 3; }))
        << at;
    reached = pair.a.transport.faults.operations >= at;
    if (reached) {
      ASSERT_TRUE(pair.a.wait_closed() && pair.b.wait_closed()) << at;
      EXPECT_EQ(pair.a.reason.kind, ErrorKind::unreachable);
    }
    std::lock_guard lock(pair.a.mutex);
    for (const Received& message : pair.a.received_messages) ASSERT_EQ(message.body.size(), body.size());
  }
  EXPECT_FALSE(reached) << "the loop has not come past the last operation";
}

TEST(Faults, ALinkThatFailsWhileGreetingNeverOpens) {
  for (int at = 1; at <= 2; ++at) {
    TemporaryDirectory directory;
    End a(1), b(2);
    a.transport.faults.fail_at = at;
    b.listen("unix:" + directory.path() + "/b");
    a.dial("unix:" + directory.path() + "/b");
    ASSERT_TRUE(a.wait_closed() && b.wait_closed());
    EXPECT_FALSE(a.is_open);
  }
}

}  // namespace
}  // namespace circuit::link::testing
