#include "base/limits.hpp"
#include "wire/frames.hpp"

namespace circuit::wire {
namespace {

using testing::append_frame;
using testing::filled;
using testing::frame_bytes;

constexpr FrameKind all_kinds[] = {
    FrameKind::hello,   FrameKind::welcome, FrameKind::refuse, FrameKind::ping,    FrameKind::pong,
    FrameKind::goodbye, FrameKind::call,    FrameKind::reply,  FrameKind::failure, FrameKind::cancel,
    FrameKind::drop,    FrameKind::settled, FrameKind::moved,  FrameKind::forget,  FrameKind::signature};

TEST(Frame, EveryKindIsReadAsItWasWritten) {
  for (FrameKind kind : all_kinds)
    for (bool more : {false, true})
      for (bool references : {false, true}) {
        Buffer bytes =
            frame_bytes({.kind = kind, .more = more, .references = references, .call = 0x1122334455667788},
                        bytes_of("body"));
        ByteView in = bytes;
        auto frame = take_frame(in);
        ASSERT_TRUE(frame.has_value() && *frame);
        EXPECT_EQ((*frame)->header.kind, kind);
        EXPECT_EQ((*frame)->header.more, more);
        EXPECT_EQ((*frame)->header.references, references);
        EXPECT_EQ((*frame)->header.call, 0x1122334455667788u);
        EXPECT_EQ(text_of((*frame)->body), "body");
        EXPECT_TRUE(in.empty());
      }
}

TEST(Frame, TheHeaderIsLittleEndianAndSixteenBytesLong) {
  Buffer bytes =
      frame_bytes({.kind = FrameKind::call, .more = true, .references = true, .call = 0x0102030405060708},
                  bytes_of("abc"));
  const unsigned char expected[] = {3, 0, 0, 0, 16, 3, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1, 'a', 'b', 'c'};
  EXPECT_EQ(text_of(bytes), text_of(std::as_bytes(std::span(expected))));
}

TEST(Frame, NoBeginningOfAFrameIsTakenForTheWhole) {
  Buffer bytes = frame_bytes({.kind = FrameKind::reply, .call = 5}, bytes_of("twenty bytes of body"));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteView in = bytes.view().first(size);
    auto frame = take_frame(in);
    ASSERT_TRUE(frame.has_value()) << size;
    EXPECT_FALSE(*frame);
    EXPECT_EQ(in.size(), size) << "nothing may be taken";
  }
}

TEST(Frame, FramesAreTakenOneAfterTheOther) {
  Buffer bytes;
  for (std::uint64_t call = 1; call <= 3; ++call)
    append_frame(bytes, {.kind = FrameKind::reply, .call = call}, {});
  ByteView in = bytes;
  for (std::uint64_t call = 1; call <= 3; ++call) EXPECT_EQ((*take_frame(in))->header.call, call);
  EXPECT_FALSE(*take_frame(in));
}

TEST(Frame, ALengthBeyondOnePieceIsRefusedBeforeTheBodyComes) {
  Buffer bytes = frame_bytes({.kind = FrameKind::call});
  std::uint32_t length = limits::piece_bytes;
  std::memcpy(bytes.data(), &length, sizeof length);
  ByteView in = bytes;
  EXPECT_TRUE(take_frame(in).has_value());
  ++length;
  std::memcpy(bytes.data(), &length, sizeof length);
  auto refused = take_frame(in);
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().text, "a frame of 65537 bytes, where 65536 are allowed");
}

TEST(Frame, UnknownKindsAndReservedBitsAreRefused) {
  for (int kind = 0; kind < 256; ++kind) {
    Buffer bytes = frame_bytes({.kind = FrameKind::ping});
    bytes.data()[4] = static_cast<std::byte>(kind);
    ByteView in = bytes;
    EXPECT_EQ(take_frame(in).has_value(), is_known(static_cast<FrameKind>(kind))) << kind;
  }
  for (std::size_t at : {5u, 6u, 7u})
    for (int bit = at == 5 ? 2 : 0; bit < 8; ++bit) {
      Buffer bytes = frame_bytes({.kind = FrameKind::ping});
      bytes.data()[at] = static_cast<std::byte>(1 << bit);
      ByteView in = bytes;
      EXPECT_TRUE(take_frame(in).has_error()) << at << " " << bit;
    }
}

}  // namespace
}  // namespace circuit::wire
