#include <circuit/value/codec.hpp>

#include "link/ends.hpp"

namespace circuit::link::testing {
namespace {

using ::testing::HasSubstr;
using wire::FrameKind;

/// What a listener answers to a stranger's bytes: the kinds of its frames, until it closes.
std::vector<FrameKind> answer_to(ByteView bytes, Failure* refusal = nullptr) {
  TemporaryDirectory directory;
  End end(2);
  end.listen("unix:" + directory.path() + "/b");
  RawPeer peer(directory.path() + "/b");
  peer.write(bytes);
  EXPECT_TRUE(end.wait_closed());
  EXPECT_FALSE(end.is_open);
  Buffer all = peer.read_all();
  std::vector<FrameKind> kinds;
  for (ByteView in = all;;) {
    auto frame = wire::take_frame(in);
    if (frame.has_error() || !*frame) return kinds;
    kinds.push_back((*frame)->header.kind);
    if (refusal != nullptr && kinds.back() == FrameKind::refuse)
      *refusal = wire::decode_failure((*frame)->body);
  }
}

TEST(Hello, BothSidesLearnWhoTheOtherIs) {
  Pair pair;
  ASSERT_TRUE(pair.open());
  on_loop(pair.a.loop, [&] { EXPECT_EQ(pair.a.link->peer().address.id.value, 2u); });
  on_loop(pair.b.loop, [&] { EXPECT_EQ(pair.b.link->peer().address.id.value, 1u); });
  EXPECT_EQ(pair.b.link->peer_user(), ::geteuid());
}

TEST(Hello, ARefusalReachesTheDialerWithItsText) {
  TemporaryDirectory directory;
  End a(1), b(2);
  b.refusal = failure(ErrorKind::refused, "not today");
  b.listen("unix:" + directory.path() + "/b");
  a.dial("unix:" + directory.path() + "/b");
  ASSERT_TRUE(a.wait_closed() && b.wait_closed());
  EXPECT_EQ(a.reason.kind, ErrorKind::refused);
  EXPECT_EQ(a.reason.text, "not today");
  EXPECT_FALSE(a.is_open || b.is_open);
}

TEST(Hello, ADialerThatRefusesCloses) {
  TemporaryDirectory directory;
  End a(1), b(2);
  a.refusal = failure(ErrorKind::dead, "another one was expected");
  b.listen("unix:" + directory.path() + "/b");
  a.dial("unix:" + directory.path() + "/b");
  ASSERT_TRUE(a.wait_closed() && b.wait_closed());
  EXPECT_EQ(b.reason.text, "the peer closed the connection");
}

TEST(Hello, GarbageEndsTheLinkAndNothingElse) {
  EXPECT_TRUE(answer_to(bytes_of("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")).empty());
  EXPECT_EQ(answer_to(wire::testing::frame_bytes({.kind = FrameKind::hello}, bytes_of("nonsense"))),
            std::vector{FrameKind::refuse});
}

TEST(Hello, ACallBeforeTheHelloIsRefused) {
  Failure refusal;
  EXPECT_TRUE(
      answer_to(wire::testing::frame_bytes({.kind = FrameKind::call}, bytes_of("x")), &refusal).empty());
}

TEST(Hello, AHelloInPiecesIsRefused) {
  Buffer hello = wire::encode_hello(wire::testing::some_hello());
  EXPECT_TRUE(answer_to(wire::testing::frame_bytes({.kind = FrameKind::hello, .more = true}, hello)).empty());
}

TEST(Hello, AnotherVersionIsRefusedWithBothRanges) {
  wire::Hello hello = wire::testing::some_hello();
  hello.version_min = hello.version_max = 7;
  Failure refusal;
  EXPECT_EQ(
      answer_to(wire::testing::frame_bytes({.kind = FrameKind::hello}, wire::encode_hello(hello)), &refusal),
      std::vector{FrameKind::refuse});
  EXPECT_EQ(refusal.text, "the peer speaks versions 7 to 7 of the protocol, this side 1 to 1");
}

TEST(Hello, ASecondHelloEndsTheLink) {
  TemporaryDirectory directory;
  End end(2);
  end.listen("unix:" + directory.path() + "/b");
  RawPeer peer(directory.path() + "/b");
  peer.hello();
  ASSERT_TRUE(end.wait_open());
  peer.hello();
  ASSERT_TRUE(end.wait_closed());
  EXPECT_EQ(end.reason.text, "the peer greets a second time");
}

TEST(Hello, BytesMayComeOneByOne) {
  TemporaryDirectory directory;
  End end(2);
  end.listen("unix:" + directory.path() + "/b");
  RawPeer peer(directory.path() + "/b");
  Buffer bytes =
      wire::testing::frame_bytes({.kind = FrameKind::hello}, wire::encode_hello(wire::testing::some_hello()));
  wire::testing::append_frame(bytes, {.kind = FrameKind::call, .call = 3}, bytes_of("body"));
  for (std::size_t i = 0; i < bytes.size(); ++i) peer.write(bytes.view().subspan(i, 1));
  ASSERT_TRUE(end.wait([&] { return end.received_messages.size() == 1; }));
  EXPECT_EQ(end.received_messages[0].body, "body");
}

TEST(Hello, APingIsAnsweredByTheLinkItself) {
  TemporaryDirectory directory;
  End end(2);
  end.listen("unix:" + directory.path() + "/b");
  RawPeer peer(directory.path() + "/b");
  peer.hello();
  peer.write(wire::testing::frame_bytes({.kind = FrameKind::ping, .call = 55}));
  peer.write(wire::testing::frame_bytes({.kind = FrameKind::goodbye}));
  ASSERT_TRUE(end.wait([&] { return end.received_messages.size() == 1; }));
  end.link->close(failure(ErrorKind::cancelled, "enough"));
  Buffer all = peer.read_all();
  ByteView in = all;
  EXPECT_EQ((*wire::take_frame(in))->header.kind, FrameKind::welcome);
  auto pong = *wire::take_frame(in);
  ASSERT_TRUE(pong);
  EXPECT_EQ(pong->header.kind, FrameKind::pong);
  EXPECT_EQ(pong->header.call, 55u);
}

}  // namespace
}  // namespace circuit::link::testing
