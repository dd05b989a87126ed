#include <thread>

#include "lang/objects.hpp"

namespace lang_test {

/// Blocks in a call to its counterpart until the chain is as deep as it was asked to be.
struct Hop {
  int go(int depth) {
    return depth <= 1 ? 1 : 1 + other.within(std::chrono::milliseconds(0)).call<&Hop::go>(depth - 1);
  }
  Ref<Hop> other;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Hop, concurrent, go);

namespace circuit::lang::testing {
namespace {

using namespace lang_test;

/// Two objects in two processes that call each other, and a third process that begins.
class ChainTest : public ::testing::Test {
 protected:
  ChainTest() {
    for (std::size_t i = 0; i < 2; ++i) {
      hops[i] = std::make_shared<Hop>();
      cluster[i].publish(object_id, hops[i]);
    }
    for (std::size_t i = 0; i < 2; ++i) hops[i]->other = cluster[i].published<Hop>(cluster[1 - i], object_id);
    first = cluster[2].published<Hop>(cluster[0], object_id).within(0ms);
  }
  ~ChainTest() override {
    for (auto& hop : hops) hop->other = {};
  }

  Cluster cluster{3};
  std::shared_ptr<Hop> hops[2];
  Ref<Hop> first;
};

// All at once they need far more threads than a pool has: each goes on where it blocks.
TEST_F(ChainTest, TwoHundredChainsOfDepthFiftyEndAlthoughEachCallBlocksAThread) {
  std::vector<std::thread> callers;
  Count right;
  for (int chain = 0; chain < 200; ++chain)
    callers.emplace_back([&] {
      if (first.call<&Hop::go>(50) == 50) right.add();
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(right.value(), 200);
}

TEST_F(ChainTest, AChainIsAsDeepAsTheLimitAndNoDeeper) {
  EXPECT_EQ(first.call<&Hop::go>(64), 64);
  Failure what = failure_of([&] { first.call<&Hop::go>(65); });
  EXPECT_EQ(what.kind, ErrorKind::failed) << "what the innermost caller got is thrown through all the others";
  EXPECT_THAT(what.text, ::testing::HasSubstr("deeper than 64"));
}

// The thread that blocks runs what its own chain brings, and nothing else.
TEST(Seats, AJobGoesToTheInnermostSeatOfItsChainWhileThatIsTaken) {
  Seats seats;
  std::vector<std::string> ran;
  auto job = [&](const std::string& name) {
    return std::function<void()>([&ran, name] { ran.push_back(name); });
  };
  Seat outer, inner;
  auto refused = job("before");
  EXPECT_FALSE(seats.offer(7, refused));
  refused();
  {
    Seats::Taken outer_taken(seats, 7, outer);
    {
      Seats::Taken inner_taken(seats, 7, inner);
      auto first = job("first"), second = job("second"), other = job("other");
      EXPECT_TRUE(seats.offer(7, first));
      EXPECT_FALSE(seats.offer(8, other));
      inner.complete(failure(ErrorKind::dead, "the answer"));
      EXPECT_TRUE(seats.offer(7, second)) << "it has not left yet";
      EXPECT_EQ(inner.wait().error().text, "the answer");
      EXPECT_FALSE(seats.offer(7, other)) << "it has left";
    }
    auto third = job("third");
    EXPECT_TRUE(seats.offer(7, third));
    outer.complete(failure(ErrorKind::dead, "the other answer"));
    outer.wait();
  }
  EXPECT_EQ(ran, (std::vector<std::string>{"before", "first", "second", "third"}));
}

}  // namespace
}  // namespace circuit::lang::testing
