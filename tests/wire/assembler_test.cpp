#include "base/limits.hpp"
#include "wire/frames.hpp"

namespace circuit::wire {
namespace {

using testing::filled;

Frame frame(FrameKind kind, std::uint64_t call, ByteView body, bool more) {
  return {{.length = static_cast<std::uint32_t>(body.size()), .kind = kind, .more = more, .call = call},
          body};
}

/// Adds pieces of one call until it has `size` bytes; all of them announce more.
Result<void> grow(Assembler& assembler, std::uint64_t call, std::size_t size) {
  static const Buffer piece = filled(limits::piece_bytes);
  for (std::size_t at = 0; at < size; at += limits::piece_bytes) {
    auto added = assembler.add(
        frame(FrameKind::call, call, piece.view().first(std::min(size - at, piece.size())), true));
    if (added.has_error()) return added.error();
  }
  return {};
}

TEST(Assembler, AWholeBodyIsNotCopied) {
  Assembler assembler;
  Buffer body = filled(10);
  auto message = assembler.add(frame(FrameKind::call, 7, body, false));
  ASSERT_TRUE(message.has_value() && *message);
  EXPECT_EQ((*message)->body.data(), body.data());
  EXPECT_TRUE((*message)->owned.empty());
}

TEST(Assembler, PiecesOfSeveralBodiesMayInterleave) {
  Assembler assembler;
  EXPECT_FALSE(*assembler.add(frame(FrameKind::call, 1, bytes_of("one "), true)));
  EXPECT_FALSE(*assembler.add(frame(FrameKind::call, 2, bytes_of("two "), true)));
  EXPECT_FALSE(*assembler.add(frame(FrameKind::reply, 1, bytes_of("a reply "), true)));
  auto small = *assembler.add(frame(FrameKind::call, 3, bytes_of("small"), false));
  ASSERT_TRUE(small);
  EXPECT_EQ(text_of(small->body), "small");
  EXPECT_EQ(assembler.unfinished_bytes(), 16u);
  EXPECT_EQ(text_of((*assembler.add(frame(FrameKind::call, 1, bytes_of("end"), false)))->body), "one end");
  EXPECT_EQ(text_of((*assembler.add(frame(FrameKind::reply, 1, bytes_of("end"), false)))->body),
            "a reply end");
  EXPECT_EQ(text_of((*assembler.add(frame(FrameKind::call, 2, {}, false)))->body), "two ");
  EXPECT_EQ(assembler.unfinished_bytes(), 0u);
}

TEST(Assembler, ABodyEndsAtItsLimit) {
  Assembler assembler;
  ASSERT_TRUE(grow(assembler, 1, limits::body_bytes).has_value());
  auto refused = assembler.add(frame(FrameKind::call, 1, bytes_of("x"), false));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().text, "a body of more than 67108864 bytes");
}

TEST(Assembler, AllUnfinishedBodiesTogetherHaveALimit) {
  Assembler assembler;
  std::uint64_t call = 0;
  for (std::size_t bytes = 0; bytes < limits::unfinished_bytes; bytes += limits::body_bytes)
    ASSERT_TRUE(grow(assembler, ++call, limits::body_bytes).has_value());
  EXPECT_EQ(assembler.unfinished_bytes(), limits::unfinished_bytes);
  EXPECT_TRUE(assembler.add(frame(FrameKind::call, ++call, bytes_of("x"), true)).has_error());
  auto finished = assembler.add(frame(FrameKind::call, 1, {}, false));
  ASSERT_TRUE(finished.has_value() && *finished);
  EXPECT_EQ((*finished)->body.size(), limits::body_bytes);
  EXPECT_TRUE(grow(assembler, ++call, 1).has_value()) << "what is finished counts no more";
}

TEST(Assembler, OnlySoManyBodiesMayBeUnfinished) {
  Assembler assembler;
  for (std::uint64_t call = 1; call <= limits::unfinished_bodies; ++call)
    ASSERT_TRUE(assembler.add(frame(FrameKind::call, call, {}, true)).has_value());
  auto refused = assembler.add(frame(FrameKind::call, 0, {}, true));
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().text, "more than 1024 unfinished bodies");
}

}  // namespace
}  // namespace circuit::wire
