#include "anchor/tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "anchor/fixtures.hpp"

namespace circuit::anchor::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TreeTest : public ::testing::Test {
 protected:
  const std::unique_ptr<Backend> backend_ = make_backend();
  std::shared_ptr<Coordinator> coordinator_ = backend_->connect();
  Tree tree_{coordinator_, backend_->post()};

  std::vector<std::string> directories(std::string_view text) {
    auto listing = tree_.list(path(text));
    EXPECT_TRUE(listing) << text;
    return listing ? listing->directories : std::vector<std::string>();
  }
  std::vector<std::uint64_t> files(std::string_view text) {
    auto listing = tree_.list(path(text));
    EXPECT_TRUE(listing) << text;
    return listing ? ids(*listing) : std::vector<std::uint64_t>();
  }
  void expect_nobody_under(std::string_view text) {
    auto listing = tree_.list(path(text));
    ASSERT_FALSE(listing) << text;
    EXPECT_EQ(listing.error().kind, ErrorKind::invalid);
    EXPECT_EQ(listing.error().text, "no worker stands under " + std::string(text));
  }
  /// Names of all nodes below the tree's root: what really is there.
  std::vector<std::string> nodes(const std::string& below = "/anchor") {
    std::vector<std::string> out;
    auto children = coordinator_->children(below);
    if (!children) return out;
    for (const std::string& name : children->names) {
      out.push_back((below + "/" + name).substr(7));
      for (std::string& deeper : nodes(below + "/" + name)) out.push_back(std::move(deeper));
    }
    return out;
  }
};

TEST_F(TreeTest, ShowsAWorkerUnderEachOfItsAnchors) {
  ASSERT_TRUE(tree_.add(paths({"/tutorial/mapper", "/host/localhost", "/"}), worker(1)));
  EXPECT_THAT(files("/tutorial/mapper"), ElementsAre(1));
  EXPECT_THAT(files("/host/localhost"), ElementsAre(1));
  EXPECT_THAT(files("/"), ElementsAre(1));
  EXPECT_THAT(directories("/"), ElementsAre("host", "tutorial"));
  EXPECT_THAT(directories("/tutorial"), ElementsAre("mapper"));
  EXPECT_THAT(files("/tutorial"), IsEmpty());
  EXPECT_EQ(tree_.list(path("/tutorial/mapper"))->files[0], worker(1));
}

TEST_F(TreeTest, HasARootBeforeAnybodyStandsInIt) {
  auto listing = tree_.list(Path());
  ASSERT_TRUE(listing);
  EXPECT_THAT(listing->directories, IsEmpty());
  EXPECT_THAT(listing->files, IsEmpty());
  EXPECT_EQ(listing->revision, *tree_.revision(Path()));
  EXPECT_EQ(tree_.walk(Path())->size(), 1u);
  EXPECT_EQ(*tree_.sweep(), 0u);
}

TEST_F(TreeTest, HasNoDirectoryWithoutAWorker) {
  expect_nobody_under("/x");
  ASSERT_TRUE(tree_.add(paths({"/x/y/z", "/x/w"}), worker(1)));
  expect_nobody_under("/x/y/z/deeper");
  ASSERT_TRUE(tree_.remove(paths({"/x/y/z"}), WorkerId{1}));
  expect_nobody_under("/x/y");
  EXPECT_THAT(nodes(), ElementsAre("/x", "/x/w", "/x/w/R0000000000000001"));
  ASSERT_TRUE(tree_.remove(paths({"/x/w"}), WorkerId{1}));
  EXPECT_THAT(nodes(), IsEmpty());
  EXPECT_TRUE(tree_.list(Path()));
}

TEST_F(TreeTest, SortsWhatItShows) {
  for (std::uint64_t id : {9u, 3u, 7u})
    ASSERT_TRUE(tree_.add(paths({"/d", "/d/z", "/d/a", "/d/m"}), worker(id)));
  EXPECT_THAT(files("/d"), ElementsAre(3, 7, 9));
  EXPECT_THAT(directories("/d"), ElementsAre("a", "m", "z"));
}

TEST_F(TreeTest, RepeatsAnAdditionWithoutHarm) {
  ASSERT_TRUE(tree_.add(paths({"/x", "/x", "/x/../x"}), worker(1)));
  auto before = tree_.list(path("/x"))->revision;
  ASSERT_TRUE(tree_.add(paths({"/x"}), worker(1)));
  EXPECT_EQ(tree_.list(path("/x"))->revision, before);
  ASSERT_TRUE(tree_.add(paths({"/x", "/y"}), worker(1)));
  EXPECT_THAT(files("/y"), ElementsAre(1));
}

TEST_F(TreeTest, RefusesAnotherIncarnationAndAddsNothing) {
  ASSERT_TRUE(tree_.add(paths({"/b"}), worker(1, 1)));
  auto added = tree_.add(paths({"/a", "/b", "/c"}), worker(1, 2));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().kind, ErrorKind::refused);
  EXPECT_THAT(added.error().text, HasSubstr("another incarnation of R0000000000000001 stands in /b"));
  EXPECT_THAT(directories("/"), ElementsAre("b"));
}

TEST_F(TreeTest, ChecksAnAdditionBeforeItTouchesAnything) {
  EXPECT_EQ(tree_.add(paths({"/x"}), worker(0)).error().kind, ErrorKind::invalid);
  std::vector<Path> many;
  for (std::size_t i = 0; i <= limits::anchors_per_worker; ++i)
    many.push_back(path("/x" + std::to_string(i)));
  EXPECT_EQ(tree_.add(many, worker(1)).error().kind, ErrorKind::invalid);
  EXPECT_TRUE(tree_.add({}, worker(1)));
  EXPECT_THAT(nodes(), IsEmpty());
}

TEST_F(TreeTest, ReplacesTheFileOfASessionThatIsOver) {
  auto former = backend_->connect();
  ASSERT_TRUE(Tree(former, backend_->post()).add(paths({"/x"}), worker(1)));
  ASSERT_TRUE(tree_.add(paths({"/x"}), worker(1)));
  ASSERT_TRUE(former->close());
  EXPECT_THAT(files("/x"), ElementsAre(1));
}

TEST_F(TreeTest, GivesADirectoryToOneWhoClaimsItAlone) {
  ASSERT_TRUE(tree_.claim(path("/a/b"), worker(1)));
  EXPECT_THAT(files("/a/b"), ElementsAre(1));
  for (std::string_view taken : {"/a/b", "/a"}) {
    auto claimed = tree_.claim(path(taken), worker(2));
    ASSERT_FALSE(claimed) << taken;
    EXPECT_EQ(claimed.error().kind, ErrorKind::refused);
    EXPECT_THAT(claimed.error().text, HasSubstr(" stands in /a/b"));
  }
  EXPECT_THAT(nodes(), ElementsAre("/a", "/a/b", "/a/b/R0000000000000001"))
      << "who is refused leaves nothing";
  EXPECT_TRUE(tree_.claim(path("/a/b/c"), worker(2))) << "what lies below it is another directory";
  EXPECT_FALSE(tree_.claim(path("/a/b"), worker(1, 2))) << "another incarnation is somebody else";
  ASSERT_TRUE(tree_.remove(paths({"/a/b", "/a/b/c"}), WorkerId{1}));
  ASSERT_TRUE(tree_.remove(paths({"/a/b/c"}), WorkerId{2}));
  EXPECT_TRUE(tree_.claim(path("/a"), worker(2)));
}

TEST_F(TreeTest, AClaimOfADirectoryOfOnesOwnChangesIt) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  auto before = tree_.list(path("/a"))->revision;
  ASSERT_TRUE(tree_.claim(path("/a"), worker(1)));
  EXPECT_THAT(files("/a"), ElementsAre(1));
  EXPECT_GT(tree_.list(path("/a"))->revision, before);
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(2)));
  EXPECT_EQ(tree_.claim(path("/a"), worker(1)).error().kind, ErrorKind::refused);
}

TEST_F(TreeTest, WhatAnExpiredSessionHasLeftIsClaimed) {
  auto other = backend_->connect();
  ASSERT_TRUE(Tree(other, backend_->post()).claim(path("/a/b"), worker(1)));
  ASSERT_TRUE(other->close());
  ASSERT_TRUE(tree_.claim(path("/a/b"), worker(2)));
  EXPECT_THAT(files("/a/b"), ElementsAre(2));
}

TEST_F(TreeTest, OfManyWhoClaimADirectoryAtOnceOneGetsIt) {
  constexpr std::uint64_t threads = 4;
  std::vector<std::shared_ptr<Coordinator>> coordinators;
  for (std::uint64_t t = 0; t < threads; ++t) coordinators.push_back(backend_->connect());
  for (int round = 0; round < 20; ++round) {
    const std::string directory = "/claims/" + std::to_string(round);
    std::atomic<int> got = 0;
    std::vector<std::thread> running;
    for (std::uint64_t t = 0; t < threads; ++t)
      running.emplace_back([&, t] {
        auto claimed = Tree(coordinators[t], backend_->post()).claim(path(directory), worker(t + 1));
        got += claimed.has_value();
        if (!claimed) {
          EXPECT_EQ(claimed.error().kind, ErrorKind::refused) << claimed.error().text;
        }
      });
    for (std::thread& thread : running) thread.join();
    EXPECT_EQ(got, 1);
    EXPECT_EQ(files(directory).size(), 1u);
  }
}

TEST_F(TreeTest, TakesOutWhatIsNotThereWithoutComplaint) {
  EXPECT_TRUE(tree_.remove(paths({"/x", "/"}), WorkerId{1}));
  ASSERT_TRUE(tree_.add(paths({"/x"}), worker(2)));
  EXPECT_TRUE(tree_.remove(paths({"/x", "/y"}), WorkerId{1}));
  EXPECT_THAT(files("/x"), ElementsAre(2));
}

TEST_F(TreeTest, LosesWorkersWithTheirSession) {
  auto other = backend_->connect();
  ASSERT_TRUE(Tree(other, backend_->post()).add(paths({"/x/y", "/z"}), worker(1)));
  ASSERT_TRUE(tree_.add(paths({"/z"}), worker(2)));
  other.reset();
  EXPECT_THAT(files("/x/y"), ElementsAre(1));
  backend_->expire();
  expect_nobody_under("/x/y");
  EXPECT_THAT(directories("/"), ElementsAre("z"));
  EXPECT_THAT(files("/z"), ElementsAre(2));
}

TEST_F(TreeTest, SweepsTheDirectoriesThatExpiryHasLeft) {
  auto other = backend_->connect();
  ASSERT_TRUE(Tree(other, backend_->post()).add(paths({"/a/b/c", "/a/d", "/e"}), worker(1)));
  ASSERT_TRUE(tree_.add(paths({"/a/d"}), worker(2)));
  ASSERT_TRUE(other->close());
  EXPECT_THAT(nodes(), ElementsAre("/a", "/a/b", "/a/b/c", "/a/d", "/a/d/R0000000000000002", "/e"));
  EXPECT_EQ(*tree_.sweep(), 3u);
  EXPECT_THAT(nodes(), ElementsAre("/a", "/a/d", "/a/d/R0000000000000002"));
  EXPECT_EQ(*tree_.sweep(), 0u);
}

TEST_F(TreeTest, ShowsNoEmptyDirectoryBeforeTheSweep) {
  auto other = backend_->connect();
  ASSERT_TRUE(Tree(other, backend_->post()).add(paths({"/a/b/c", "/e/f"}), worker(1)));
  ASSERT_TRUE(tree_.add(paths({"/a/d"}), worker(2)));
  ASSERT_TRUE(other->close());
  auto walked = tree_.walk(Path());
  ASSERT_TRUE(walked);
  std::vector<std::string> seen;
  for (auto& [directory, listing] : *walked) seen.push_back(directory.string());
  EXPECT_THAT(seen, ElementsAre("/", "/a", "/a/d"));
  EXPECT_THAT((*walked)[1].second.directories, ElementsAre("d"));
}

TEST_F(TreeTest, TellsOfADirectoryThatComesBackAfterItWasHidden) {
  auto other = backend_->connect();
  ASSERT_TRUE(Tree(other, backend_->post()).add(paths({"/a/b"}), worker(1)));
  ASSERT_TRUE(tree_.add(paths({"/a/c"}), worker(2)));
  ASSERT_TRUE(other->close());
  auto hidden = tree_.list(path("/a"));
  EXPECT_THAT(hidden->directories, ElementsAre("c"));
  ASSERT_TRUE(tree_.add(paths({"/a/b"}), worker(3)));
  EXPECT_GT(tree_.list(path("/a"))->revision, hidden->revision);
}

TEST_F(TreeTest, WalksDepthFirstInTheOrderOfNames) {
  ASSERT_TRUE(tree_.add(paths({"/b", "/a/y", "/a/x/1", "/a-b"}), worker(1)));
  std::vector<std::string> seen;
  for (auto& [directory, listing] : *tree_.walk(Path())) seen.push_back(directory.string());
  EXPECT_THAT(seen, ElementsAre("/", "/a", "/a/x", "/a/x/1", "/a/y", "/a-b", "/b"));
  EXPECT_EQ(tree_.walk(path("/a/x"))->size(), 2u);
  EXPECT_EQ(tree_.walk(path("/none")).error().kind, ErrorKind::invalid);
}

TEST_F(TreeTest, ReadsOneFile) {
  ASSERT_TRUE(tree_.add(paths({"/x"}), worker(1)));
  EXPECT_EQ(*tree_.file({path("/x"), WorkerId{1}}), worker(1));
  auto missing = tree_.file({path("/x"), WorkerId{2}});
  EXPECT_EQ(missing.error().text, "no worker R0000000000000002 stands in /x");
  EXPECT_EQ(missing.error().kind, ErrorKind::invalid);
}

TEST_F(TreeTest, CountsRevisionsPerDirectory) {
  ASSERT_TRUE(tree_.add(paths({"/a/b"}), worker(1)));
  auto a = *tree_.revision(path("/a"));
  auto b = *tree_.revision(path("/a/b"));
  ASSERT_TRUE(tree_.add(paths({"/a/b"}), worker(2)));
  EXPECT_EQ(*tree_.revision(path("/a")), a) << "a file in a directory below is not its change";
  EXPECT_GT(*tree_.revision(path("/a/b")), b);
  EXPECT_EQ(*tree_.revision(path("/a/none/at/all")), *tree_.revision(path("/a")));
  EXPECT_EQ(tree_.list(path("/a/b"))->revision, *tree_.revision(path("/a/b")));
}

TEST_F(TreeTest, NeverTakesARevisionBackWhenADirectoryIsMadeAgain) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  auto before = *tree_.revision(path("/a"));
  ASSERT_TRUE(tree_.remove(paths({"/a"}), WorkerId{1}));
  auto without = *tree_.revision(path("/a"));
  EXPECT_GT(without, before);
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  EXPECT_GT(*tree_.revision(path("/a")), without);
}

TEST_F(TreeTest, KeepsTreesApartThatLieInOneCoordinator) {
  Tree other(coordinator_, backend_->post(), path("/circuit/test"));
  ASSERT_TRUE(other.add(paths({"/x"}), worker(1)));
  expect_nobody_under("/x");
  EXPECT_TRUE(*coordinator_->exists("/circuit/test/anchor/x/R0000000000000001"));
  ASSERT_TRUE(other.remove(paths({"/x"}), WorkerId{1}));
  EXPECT_THAT(coordinator_->children("/circuit/test/anchor")->names, IsEmpty());
}

TEST_F(TreeTest, PassesOverWhatIsNotAWorkersFile) {
  ASSERT_TRUE(tree_.add(paths({"/x"}), worker(1)));
  std::string valid = encode(worker(2)).value();
  ASSERT_TRUE(coordinator_->create("/anchor/x/R0000000000000003", valid, Mode::persistent));
  ASSERT_TRUE(coordinator_->create("/anchor/x/R0000000000000004", "garbage", Mode::persistent));
  ASSERT_TRUE(
      coordinator_->create("/anchor/x/R0000000000000005", std::string(60'000, '['), Mode::persistent));
  ASSERT_TRUE(coordinator_->create("/anchor/x/R000000000000000A", "", Mode::persistent));
  ASSERT_TRUE(coordinator_->create("/anchor/x/" + std::string(200, 'n'), "", Mode::persistent));
  auto listing = tree_.list(path("/x"));
  ASSERT_TRUE(listing);
  EXPECT_THAT(ids(*listing), ElementsAre(1));
  EXPECT_THAT(listing->directories, IsEmpty());
  EXPECT_FALSE(tree_.file({path("/x"), WorkerId{4}}));
  EXPECT_TRUE(tree_.add(paths({"/x"}), worker(4))) << "rubbish under a worker's name gives way to the worker";
  EXPECT_THAT(files("/x"), ElementsAre(1, 4));
}

TEST_F(TreeTest, ShowsNoDirectoryThatHoldsOnlyRubbish) {
  ASSERT_TRUE(tree_.add(paths({"/x"}), worker(1)));
  ASSERT_TRUE(coordinator_->create("/anchor/y", "", Mode::persistent));
  ASSERT_TRUE(coordinator_->create("/anchor/y/R0000000000000003", "garbage", Mode::persistent));
  ASSERT_TRUE(coordinator_->create("/anchor/y/z", "", Mode::persistent));
  EXPECT_THAT(directories("/"), ElementsAre("x"));
  expect_nobody_under("/y");
  EXPECT_TRUE(tree_.walk(Path()));
  EXPECT_TRUE(tree_.sweep());
}

TEST_F(TreeTest, FollowsNodesNoDeeperThanAnchorsGo) {
  std::string node = "/anchor";
  ASSERT_TRUE(coordinator_->create(node, "", Mode::persistent));
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(coordinator_->create(node += "/d", "", Mode::persistent));
  EXPECT_THAT(directories("/"), IsEmpty());
  EXPECT_TRUE(tree_.walk(Path()));
  EXPECT_TRUE(tree_.sweep());
}

TEST_F(TreeTest, ComesThroughACrashOfTheService) {
  ASSERT_TRUE(tree_.add(paths({"/a/b", "/host/localhost"}), worker(1)));
  auto revision = *tree_.revision(path("/a/b"));
  auto credentials = coordinator_->session();
  coordinator_.reset();
  tree_ = Tree(nullptr, backend_->post());
  backend_->restart();
  coordinator_ = backend_->connect(credentials);
  tree_ = Tree(coordinator_, backend_->post());
  backend_->expire();
  EXPECT_THAT(files("/a/b"), ElementsAre(1));
  EXPECT_EQ(*tree_.revision(path("/a/b")), revision);
  ASSERT_TRUE(tree_.add(paths({"/a/b"}), worker(2)));
  EXPECT_GT(*tree_.revision(path("/a/b")), revision);
}

TEST_F(TreeTest, EndsExactAfterManyThreadsHaveWorkedOnIt) {
  constexpr std::uint64_t threads = 6;
  std::vector<std::thread> running;
  std::vector<std::shared_ptr<Coordinator>> coordinators;
  for (std::uint64_t t = 0; t < threads; ++t) coordinators.push_back(backend_->connect());
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      auto walked = tree_.walk(Path());
      ASSERT_TRUE(walked) << walked.error().text;
      for (auto& [directory, listing] : *walked)
        EXPECT_TRUE(directory.is_root() || !listing.files.empty() || !listing.directories.empty());
      ASSERT_TRUE(tree_.sweep());
    }
  });
  for (std::uint64_t t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      Tree own(coordinators[t], backend_->post());
      auto places = paths({"/shared/x/y", "/shared/x", "/z"});
      for (int i = 0; i < 30; ++i) {
        auto added = own.add(places, worker(t + 1));
        EXPECT_TRUE(added) << added.error().text;
        auto removed = own.remove(places, WorkerId{t + 1});
        EXPECT_TRUE(removed) << removed.error().text;
      }
      if (t % 2 == 0) {
        EXPECT_TRUE(own.add(paths({"/kept/" + std::to_string(t)}), worker(t + 1)));
      }
    });
  for (auto& thread : running) thread.join();
  done = true;
  reader.join();
  EXPECT_THAT(nodes(), ElementsAre("/kept", "/kept/0", "/kept/0/R0000000000000001", "/kept/2",
                                   "/kept/2/R0000000000000003", "/kept/4", "/kept/4/R0000000000000005"));
}

}  // namespace
}  // namespace circuit::anchor::testing
