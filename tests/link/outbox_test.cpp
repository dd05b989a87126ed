#include "link/outbox.hpp"

#include "base/limits.hpp"
#include "wire/frames.hpp"

namespace circuit::link {
namespace {

using wire::FrameKind;
using wire::testing::filled;

struct Out {
  std::uint64_t call;
  bool more;
};

/// The frames of the next batch.
std::vector<Out> batch_of(Outbox& outbox) {
  Buffer batch;
  outbox.take(batch);
  std::vector<Out> frames;
  for (ByteView in = batch; !in.empty();) {
    auto frame = *wire::take_frame(in);
    frames.push_back({frame->header.call, frame->header.more});
  }
  return frames;
}

/// The calls in the order in which they are complete.
std::vector<std::uint64_t> completed(Outbox& outbox) {
  std::vector<std::uint64_t> order;
  while (!outbox.empty())
    for (const Out& frame : batch_of(outbox))
      if (!frame.more) order.push_back(frame.call);
  return order;
}

class OutboxTest : public ::testing::Test {
 protected:
  void add(std::uint64_t call, std::size_t size, std::uint64_t order = 0, bool references = false) {
    outbox.add(FrameKind::call, call, filled(size), {}, references, order);
  }
  Outbox outbox;
};

constexpr std::size_t large = 3 * limits::piece_bytes;

TEST_F(OutboxTest, SmallFramesLeaveTogetherAndInOrder) {
  for (std::uint64_t call = 1; call <= 5; ++call) add(call, 10, call % 2);
  EXPECT_EQ(outbox.bytes(), 5 * (10 + wire::FrameHeader::size));
  EXPECT_EQ(completed(outbox), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(outbox.bytes(), 0u);
}

TEST_F(OutboxTest, ALargeBodyGivesUpOnePiecePerBatch) {
  add(1, large);
  add(2, 2 * limits::piece_bytes);
  EXPECT_EQ(batch_of(outbox).size(), 2u);
  add(3, 10);
  auto second = batch_of(outbox);
  ASSERT_EQ(second.size(), 3u);
  EXPECT_EQ(second[0].call, 3u);
  EXPECT_FALSE(second[2].more) << "the second large body is out";
  EXPECT_EQ(batch_of(outbox).size(), 1u);
  EXPECT_TRUE(outbox.empty());
}

TEST_F(OutboxTest, ABodyOfExactlyOnePieceIsSmall) {
  add(1, limits::piece_bytes);
  EXPECT_EQ(batch_of(outbox).size(), 1u);
  add(2, limits::piece_bytes + 1);
  EXPECT_TRUE(batch_of(outbox)[0].more);
  EXPECT_FALSE(batch_of(outbox)[0].more);
}

TEST_F(OutboxTest, FramesOfOneOrderStayBehindALargeOne) {
  add(1, large, 7);
  add(2, 10, 7);
  add(3, 10, 8);
  add(4, large, 7);
  add(5, 10, 7);
  add(6, 10);
  EXPECT_EQ(completed(outbox), (std::vector<std::uint64_t>{3, 6, 1, 2, 4, 5}));
  add(7, 10, 7);
  EXPECT_EQ(batch_of(outbox).size(), 1u) << "nothing holds that order back any more";
}

TEST_F(OutboxTest, AnEmptyBodyWaitsInItsOrderToo) {
  add(1, large, 7);
  add(2, 0, 7);
  EXPECT_EQ(completed(outbox), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(OutboxTest, ADropStaysBehindTheReferencesBeforeIt) {
  add(1, large, 0, true);
  add(2, large + limits::piece_bytes);
  outbox.add(FrameKind::drop, 3, filled(5), {}, false);
  add(4, large + large, 0, true);
  EXPECT_EQ(completed(outbox), (std::vector<std::uint64_t>{1, 3, 2, 4}));
  outbox.add(FrameKind::drop, 5, filled(5), {}, false);
  EXPECT_EQ(batch_of(outbox).size(), 1u);
}

}  // namespace
}  // namespace circuit::link
