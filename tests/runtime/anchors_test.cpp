// The anchor tree as programs see it, which are no workers themselves, and as they change it for themselves.
#include <atomic>
#include <csignal>
#include <future>
#include <gmock/gmock.h>

#include <circuit/circuit.hpp>

#include "runtime/anchor_tree.hpp"

namespace circuit::support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

TEST_F(AnchorTree, ShowsAnAppWhoStandsWhere) {
  start();
  const WorkerId one = stay({"/jobs/map"}), two = stay({"/jobs/map", "/jobs/reduce/first"});
  Directory jobs = anchors_.open("/jobs");
  EXPECT_EQ(jobs.name(), "jobs");
  EXPECT_THAT(jobs.dirs(), ElementsAre("map", "reduce"));
  EXPECT_THAT(jobs.files().files, IsEmpty());
  Directory map = jobs.directory("map");
  EXPECT_EQ(map.path(), "/jobs/map");
  AnchorListing listing = map.files();
  EXPECT_THAT(listing.files, UnorderedElementsAre(Key(one), Key(two)));
  EXPECT_THAT(listing.dirs, IsEmpty());
  EXPECT_GT(listing.rev, 0u);
  EXPECT_THAT(anchors_.open("/").dirs(), ElementsAre("host", "jobs"));
  EXPECT_EQ(anchors_.open("/").name(), "");
}

/// The original's files said nothing but where their worker is.
TEST_F(AnchorTree, SaysOfEachWorkerWhoItIs) {
  start();
  const auto before = std::chrono::system_clock::now() - std::chrono::minutes(5);
  const WorkerId id = stay({"/x"});
  ASSERT_TRUE(eventually([&] { return console().is_live(id); }));
  const AnchorFile file = anchors_.open("/x").file(id);
  const spawn::WorkerRecord record = console().worker(id).value();
  EXPECT_EQ(file.address, record.address);
  EXPECT_EQ(file.address.host, "localhost");
  EXPECT_TRUE(lives(file.address.pid));
  EXPECT_EQ(file.function, "stay");
  EXPECT_EQ(file.executable, CIRCUIT_ANCHORS);
  EXPECT_FALSE(file.app);
  EXPECT_EQ(file.start_ticks, record.start_ticks);
  EXPECT_GT(file.started, before);
  EXPECT_LE(file.started, std::chrono::system_clock::now() + std::chrono::seconds(1));
  EXPECT_EQ(kind_of([&] { anchors_.open("/x").file(WorkerId{7}); }), ErrorKind::invalid);
}

TEST_F(AnchorTree, WhoIsFoundIsCalledAndTheDeadArePassedOver) {
  start();
  const WorkerId dead = stay({"/jobs"});
  stay({"/jobs"});
  stay({"/jobs"});
  const AnchorListing found = anchors_.open("/jobs").files();
  ASSERT_TRUE(console().kill(dead, SIGKILL).has_value());
  ASSERT_TRUE(eventually([&] { return console().is_dead(dead); }));
  int answers = 0, errors = 0;
  for (const auto& [id, file] : found.files) try {
      runtime_.dial<Acid>(file.address, "acid").call<&Acid::ping>();
      ++answers;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::dead) << error.what();
      ++errors;
    }
  EXPECT_EQ(answers, 2);
  EXPECT_EQ(errors, 1);
}

TEST_F(AnchorTree, OpensEveryPathThatIsOneAndShowsNothingWhereNobodyStands) {
  start();
  EXPECT_EQ(anchors_.open("/a//b/./c/../").path(), "/a/b");
  Directory nobody = anchors_.open("/a/b");
  EXPECT_THAT(nobody.files().files, IsEmpty());
  EXPECT_THAT(nobody.dirs(), IsEmpty());
  std::string text;
  EXPECT_EQ(kind_of([&] { anchors_.open("jobs"); }, &text), ErrorKind::invalid);
  EXPECT_THAT(text, HasSubstr("does not start with '/'"));
  EXPECT_EQ(kind_of([&] { anchors_.open("/R0123456789abcdef"); }, &text), ErrorKind::invalid);
  EXPECT_THAT(text, HasSubstr("looks like a worker's id"));
  EXPECT_EQ(kind_of([&] { anchors_.open("/a").directory("b/c"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { anchors_.add("/\x01"); }), ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { static_cast<void>(anchors_.watch_subtree("x", [](const auto&) {})); }),
            ErrorKind::invalid);
  EXPECT_EQ(kind_of([&] { static_cast<void>(anchors_.watch_subtree("/x", {})); }), ErrorKind::invalid);
}

TEST_F(AnchorTree, AChangeIsToldAtOnceLaterOrNotInTime) {
  start();
  Directory x = anchors_.open("/x");
  const AnchorListing empty = x.files();
  EXPECT_EQ(kind_of([&] { x.change(empty.rev, std::chrono::milliseconds(50)); }), ErrorKind::deadline);
  auto waiting = std::async(std::launch::async, [&] { return x.change(empty.rev); });
  ASSERT_TRUE(eventually([&] { return waits() > 0; }));
  const WorkerId one = stay({"/x"});
  const AnchorListing later = waiting.get();
  EXPECT_THAT(later.files, UnorderedElementsAre(Key(one)));
  EXPECT_GT(later.rev, empty.rev);
  EXPECT_THAT(x.change(later.rev - 1).files, UnorderedElementsAre(Key(one)));
  ASSERT_TRUE(console().kill(one, SIGKILL).has_value());
  const AnchorListing gone = x.change(later.rev);
  EXPECT_THAT(gone.files, IsEmpty());
  EXPECT_GT(gone.rev, later.rev);
  EXPECT_EQ(kind_of([&] { x.change(gone.rev, std::chrono::milliseconds(0)); }), ErrorKind::deadline);
}

TEST_F(AnchorTree, ChangesBelowADirectoryAreNoneOfItsOwn) {
  start();
  stay({"/x/y"});
  Directory x = anchors_.open("/x");
  const std::uint64_t rev = x.files().rev;
  stay({"/x/y"});
  EXPECT_EQ(x.files().rev, rev);
  stay({"/x/z"});
  EXPECT_THAT(x.change(rev).dirs, ElementsAre("y", "z"));
}

TEST_F(AnchorTree, TellsAWatchWhoJoinsAndWhoLeaves) {
  start();
  const WorkerId first = stay({"/jobs/a"});
  Seen seen;
  AnchorWatch watch = anchors_.watch_subtree("/jobs", seen.handler());
  EXPECT_TRUE(seen.comes_to({{"/jobs/a", first}}));
  const WorkerId second = stay({"/jobs/a", "/jobs/b/c", "/other"});
  EXPECT_TRUE(seen.comes_to({{"/jobs/a", first}, {"/jobs/a", second}, {"/jobs/b/c", second}}));
  ASSERT_TRUE(console().kill(first, SIGKILL).has_value());
  EXPECT_TRUE(seen.comes_to({{"/jobs/a", second}, {"/jobs/b/c", second}}));
  EXPECT_EQ(seen.left(), 1);
  ASSERT_TRUE(console().kill(second, SIGKILL).has_value());
  EXPECT_TRUE(seen.comes_to({}));
  EXPECT_EQ(seen.left(), 3);
}

TEST_F(AnchorTree, TellsASlowHandlerTheDifferenceAlone) {
  start();
  std::promise<void> entered, go_on;
  std::atomic<bool> is_first = true;
  Seen seen;
  auto handler = seen.handler();
  AnchorWatch watch = anchors_.watch_subtree("/x", [&](const std::vector<AnchorEvent>& events) {
    if (is_first.exchange(false)) {
      entered.set_value();
      go_on.get_future().wait();
    }
    handler(events);
  });
  const WorkerId one = stay({"/x"});
  entered.get_future().wait();
  const WorkerId two = stay({"/x"});
  ASSERT_TRUE(console().kill(two, SIGKILL).has_value());
  ASSERT_TRUE(becomes(anchors_.open("/x"), {one}));
  const WorkerId three = stay({"/x"});
  go_on.set_value();
  EXPECT_TRUE(seen.comes_to({{"/x", one}, {"/x", three}}));
  EXPECT_EQ(seen.left(), 0) << "who came and went while it was busy is no news";
}

TEST_F(AnchorTree, CallsNoHandlerOnceItsWatchIsOver) {
  start();
  std::atomic<int> calls = 0;
  {
    AnchorWatch watch = anchors_.watch_subtree("/x", [&](const auto&) { ++calls; });
    stay({"/x"});
    ASSERT_TRUE(eventually([&] { return calls > 0; }));
  }
  const int before = calls;
  Seen other;
  AnchorWatch watch = anchors_.watch_subtree("/x", other.handler());
  const WorkerId next = stay({"/x"});
  ASSERT_TRUE(eventually([&] { return other.standing().contains({"/x", next}); }));
  EXPECT_EQ(calls, before);
  EXPECT_TRUE(eventually([&] { return waits() == 1; })) << "its wait is given up at once: " << waits();
}

TEST_F(AnchorTree, AHandlerMayEndItsOwnWatchAndThrow) {
  start();
  AnchorWatch watch;
  std::promise<void> assigned, ended;
  watch = anchors_.watch_subtree("/", [&](const auto&) {
    assigned.get_future().wait();
    watch.end();
    ended.set_value();
    throw std::runtime_error("on purpose");
  });
  assigned.set_value();
  stay({"/x"});
  ended.get_future().wait();
  EXPECT_TRUE(eventually([&] { return waits() == 0; }));
}

/// The original named anchors at the start of a worker alone.
TEST_F(AnchorTree, AWorkerMovesWhileItRuns) {
  start();
  const WorkerId id = console()
                          .spawn({.function = "move",
                                  .arguments = R"(["/first", "/second", "/go"])",
                                  .executable = CIRCUIT_ANCHORS})
                          .address.id;
  ASSERT_TRUE(becomes(anchors_.open("/first"), {id}));
  anchors_.add("/go");
  ASSERT_TRUE(becomes(anchors_.open("/second"), {id}));
  ASSERT_TRUE(becomes(anchors_.open("/first"), {}));
  EXPECT_THAT(anchors_.open("/").dirs(), ElementsAre("go", "host", "second"));
  EXPECT_THAT(console().worker(id)->anchors, ElementsAre("/host/localhost", "/second"));
  replace_agent();
  EXPECT_THAT(anchors_.open("/second").files().files, UnorderedElementsAre(Key(id)))
      << "its new place is kept";
  EXPECT_THAT(console().worker(id)->anchors, ElementsAre("/host/localhost", "/second"));
  ASSERT_TRUE(console().kill(id, SIGKILL).has_value());
  EXPECT_TRUE(becomes(anchors_.open("/second"), {}));
}

TEST_F(AnchorTree, AWorkerStaysUnderItsHost) {
  const Outcome outcome = run({CIRCUIT_ANCHORS, "leave host"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "invalid: every worker of localhost stands under /host/localhost\n");
}

TEST_F(AnchorTree, AnAppStandsWhereItWantsAndNowhereElse) {
  start();
  const WorkerId own = runtime_.address().id;
  anchors_.add("/apps/one");
  anchors_.add("/apps/one");
  anchors_.add("/apps/two");
  EXPECT_THAT(anchors_.open("/").dirs(), ElementsAre("apps")) << "it was not started by Circuit: no /host";
  const AnchorFile file = anchors_.open("/apps/one").file(own);
  EXPECT_TRUE(file.app);
  EXPECT_EQ(file.address.pid, ::getpid());
  EXPECT_NE(file.start_ticks, 0u);
  anchors_.remove("/apps/one");
  anchors_.remove("/apps/one");
  EXPECT_THAT(anchors_.open("/apps").dirs(), ElementsAre("two"));
  anchors_.remove("/apps/two");
  EXPECT_THAT(anchors_.open("/").dirs(), IsEmpty());
}

TEST_F(AnchorTree, AnAppThatEndsItsRuntimeStandsNowhere) {
  start();
  {
    Runtime other(0, nullptr, {directory().string(), true});
    other.anchors().add("/x");
    ASSERT_TRUE(becomes(anchors_.open("/x"), {other.address().id}));
  }
  EXPECT_TRUE(becomes(anchors_.open("/x"), {}));
}

TEST_F(AnchorTree, AnAppThatIsKilledIsGoneWithinASecond) {
  start();
  auto [program, id] = part("stand", "/x");
  const AnchorListing there = anchors_.open("/x").files();
  ASSERT_THAT(there.files, UnorderedElementsAre(Key(id)));
  program->signal(SIGKILL);
  // Ten times the bound, on a machine that has other things to do.
  EXPECT_THAT(anchors_.open("/x").change(there.rev, std::chrono::seconds(10)).files, IsEmpty());
}

TEST_F(AnchorTree, StandingUnderTooManyAnchorsIsRefused) {
  start();
  for (std::size_t i = 0; i < limits::anchors_per_worker; ++i) anchors_.add("/many/" + std::to_string(i));
  EXPECT_EQ(kind_of([&] { anchors_.add("/many/more"); }), ErrorKind::overloaded);
  EXPECT_EQ(anchors_.open("/many").dirs().size(), limits::anchors_per_worker);
}

}  // namespace
}  // namespace circuit::support
