// The anchor tree as programs see it while agents and apps die, and while very many wait.
#include <atomic>
#include <csignal>
#include <future>
#include <gmock/gmock.h>

#include "runtime/anchor_tree.hpp"

namespace circuit::support {
namespace {

using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

// -- an agent that dies -------------------------------------------------------------------------------------

TEST_F(AnchorTree, NobodyLeavesAWatchWhenTheAgentIsReplaced) {
  start();
  const WorkerId one = stay({"/jobs/a"}), two = stay({"/jobs/b"}), own = runtime_.address().id;
  auto [app, stranger] = part("stand", "/jobs/apps");
  anchors_.add("/jobs/apps");
  Seen seen;
  AnchorWatch watch = anchors_.watch_subtree("/jobs", seen.handler());
  const Seen::Files all{{"/jobs/a", one}, {"/jobs/b", two}, {"/jobs/apps", own}, {"/jobs/apps", stranger}};
  ASSERT_TRUE(seen.comes_to(all));
  for (int round = 0; round < 3; ++round) {
    replace_agent();
    // The watch is told by the new agent, and has been told nothing false by then.
    const WorkerId next = stay({"/jobs/a"});
    Seen::Files more = all;
    more.insert({"/jobs/a", next});
    ASSERT_TRUE(seen.comes_to(more)) << round;
    EXPECT_EQ(seen.left(), round);
    ASSERT_TRUE(console().kill(next, SIGKILL).has_value());
    ASSERT_TRUE(seen.comes_to(all)) << round;
    EXPECT_EQ(seen.left(), round + 1);
  }
  app->signal(SIGKILL);
  EXPECT_TRUE(seen.comes_to({{"/jobs/a", one}, {"/jobs/b", two}, {"/jobs/apps", own}}));
}

TEST_F(AnchorTree, AWaitForAChangeOutlastsItsAgent) {
  start();
  Directory x = anchors_.open("/x");
  auto waiting = std::async(std::launch::async, [&, rev = x.files().rev] { return x.change(rev); });
  ASSERT_TRUE(eventually([&] { return waits() == 1; }));
  replace_agent();
  const WorkerId id = stay({"/x"});
  EXPECT_THAT(waiting.get().files, UnorderedElementsAre(Key(id)));
}

TEST_F(AnchorTree, AnAppThatDiesWithTheAgentIsNotLeftStanding) {
  start();
  for (int round = 0; round < 3; ++round) {
    auto [program, id] = part("stand", "/x");
    ASSERT_TRUE(becomes(anchors_.open("/x"), {id}));
    const pid_t keeper = keeper_pid(), agent = agent_pid();
    ASSERT_TRUE(stop(keeper));
    ASSERT_EQ(::kill(agent, SIGKILL), 0);
    program->signal(SIGKILL);
    program->wait();
    ASSERT_EQ(::kill(keeper, SIGCONT), 0);
    await_agent(agent);
    EXPECT_TRUE(becomes(anchors_.open("/x"), {}));
  }
}

/// It is stopped while the new agent looks for it, and dies without a word.
TEST_F(AnchorTree, AnAppThatDoesNotComeBackStandsAsLongAsItLives) {
  start();
  auto [program, id] = part("stand", "/x");
  ASSERT_TRUE(becomes(anchors_.open("/x"), {id}));
  ASSERT_TRUE(stop(program->pid()));
  replace_agent();
  EXPECT_THAT(anchors_.open("/x").files().files, UnorderedElementsAre(Key(id)));
  program->signal(SIGKILL);
  EXPECT_TRUE(becomes(anchors_.open("/x"), {}));
}

// -- many who wait ------------------------------------------------------------------------------------------

TEST_F(AnchorTree, TwoHundredWatchesAreToldAndTooManyAreRefused) {
  start();
  const WorkerId here = stay({"/x/here"});
  constexpr int many = 200;
  std::vector<Seen> seen(many);
  std::vector<AnchorWatch> watches;
  for (Seen& each : seen) watches.push_back(anchors_.watch_subtree("/x", each.handler()));
  const pid_t agent = agent_pid();
  const WorkerId next = stay({"/x"});
  for (Seen& each : seen) ASSERT_TRUE(each.comes_to({{"/x", next}, {"/x/here", here}}));
  EXPECT_TRUE(eventually([&] { return waits() == many; })) << waits();
  EXPECT_EQ(agent_pid(), agent);
  // The rest of what a process may have, by waits that end by themselves.
  std::vector<std::future<ErrorKind>> waiting;
  std::atomic<int> refused = 0;
  for (std::size_t i = 0; i < limits::anchor_waits_per_process; ++i)
    waiting.push_back(std::async(std::launch::async, [&, rev = anchors_.open("/quiet").files().rev] {
      const ErrorKind kind = kind_of([&] { anchors_.open("/quiet").change(rev, std::chrono::seconds(2)); });
      refused += kind == ErrorKind::overloaded;
      return kind;
    }));
  for (auto& each : waiting) {
    const ErrorKind kind = each.get();
    EXPECT_TRUE(kind == ErrorKind::overloaded || kind == ErrorKind::deadline) << name_of(kind);
  }
  EXPECT_GE(refused, many - 20) << "some may come so late that others have ended";
  watches.clear();
  EXPECT_TRUE(eventually([&] { return waits() == 0; })) << waits();
}

TEST_F(AnchorTree, TheWaitsOfADeadCallerAreFreed) {
  start();
  auto [program, id] = part("watch", "/x");
  ASSERT_TRUE(eventually([&] { return waits() == 100; })) << waits();
  program->signal(SIGKILL);
  EXPECT_TRUE(eventually([&] { return waits() == 0; })) << waits();
}

TEST_F(AnchorTree, WhatIsAskedAfterTheRuntimesEndIsCancelled) {
  start();
  std::optional<Anchors> late;
  AnchorWatch watch;
  {
    Runtime other(0, nullptr, {directory().string(), true});
    late = other.anchors();
    watch = late->watch_subtree("/x", [](const auto&) {});
  }
  EXPECT_EQ(kind_of([&] { late->open("/x").files(); }), ErrorKind::cancelled);
  EXPECT_EQ(kind_of([&] { late->add("/x"); }), ErrorKind::cancelled);
  watch.end();
}

}  // namespace
}  // namespace circuit::support
