// Following a subtree: just what has changed is told, and at the cost of what has changed.
#include "anchor/follower.hpp"

#include <atomic>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "anchor/fixtures.hpp"

namespace circuit::anchor::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Passes everything on, and counts what is asked.
class CountingCoordinator final : public Coordinator {
 public:
  explicit CountingCoordinator(std::shared_ptr<Coordinator> inner) : inner_(std::move(inner)) {}
  std::atomic<int> gets = 0, listings = 0, others = 0, changes = 0;

  Outcome<Stat> create(const std::string& path, std::string_view data, Mode mode) override {
    ++changes;
    return inner_->create(path, data, mode);
  }
  Outcome<void> remove(const std::string& path, std::int32_t version) override {
    ++changes;
    return inner_->remove(path, version);
  }
  Outcome<Stat> set(const std::string& path, std::string_view data, std::int32_t version) override {
    ++changes;
    return inner_->set(path, data, version);
  }
  Outcome<NodeContent> get(const std::string& path, Watch watch) override {
    ++gets;
    return inner_->get(path, watch);
  }
  Outcome<std::optional<Stat>> exists(const std::string& path, Watch watch) override {
    ++others;
    return inner_->exists(path, watch);
  }
  Outcome<NodeChildren> children(const std::string& path, Watch watch) override {
    ++listings;
    return inner_->children(path, watch);
  }
  Outcome<void> multi(std::span<const Operation> operations) override {
    ++changes;
    return inner_->multi(operations);
  }
  SessionCredentials session() const override { return inner_->session(); }
  Outcome<void> close() override { return inner_->close(); }

 private:
  const std::shared_ptr<Coordinator> inner_;
};

class Following : public ::testing::Test {
 protected:
  ~Following() override {
    run([this] {
      if (follower_) follower_->stop();
      follower_.reset();
    });
    backend_->settle();
  }

  /// On the thread of the watches.
  void run(const std::function<void()>& job) {
    std::promise<void> done;
    backend_->post()([&] {
      job();
      done.set_value();
    });
    done.get_future().wait();
  }
  Result<void> start(Tree& tree) {
    Result<void> started;
    run([&] { started = follower_->start(tree); });
    return started;
  }
  Result<void> follow(std::string_view text, Follower::Reach reach = Follower::Reach::subtree) {
    follower_ = std::make_shared<Follower>(
        path(text), reach, Follower::Hooks{[this] { changed_.add(true); }, [this] { ++losses_; }});
    return start(tree_);
  }

  /// Takes what is new into what is known, as one who watches does.
  void catch_up() {
    SubtreeChange change = follower_->since(sequence_);
    if (change.whole) standing_.clear();
    for (const FilePath& file : change.left) {
      standing_.erase(file.string());
      ++left_;
    }
    for (const Standing& file : change.joined)
      standing_.insert(FilePath{file.directory, file.entry.address.id}.string());
    sequence_ = change.sequence;
  }
  bool stands(const std::set<std::string>& expected) {
    for (;;) {
      const std::size_t heard = changed_.size();
      catch_up();
      if (standing_ == expected) return true;
      if (!changed_.wait_for(heard)) return false;
    }
  }
  static std::string file(std::string_view directory, std::uint64_t id) {
    return FilePath{path(directory), WorkerId{id}}.string();
  }

  const std::unique_ptr<Backend> backend_ = make_backend();
  const std::shared_ptr<CountingCoordinator> counted_ =
      std::make_shared<CountingCoordinator>(backend_->connect());
  Tree tree_{counted_, backend_->post()};
  Tree other_{backend_->connect(), backend_->post()};
  Heard<bool> changed_;
  std::atomic<int> losses_ = 0;
  std::shared_ptr<Follower> follower_;
  std::set<std::string> standing_;
  std::uint64_t sequence_ = 0;
  int left_ = 0;
};

TEST_F(Following, TellsWhoJoinsAndLeavesAnywhereBelow) {
  ASSERT_TRUE(other_.add(paths({"/a", "/a/b/c", "/elsewhere"}), worker(1)));
  ASSERT_TRUE(follow("/a"));
  EXPECT_TRUE(stands({file("/a", 1), file("/a/b/c", 1)}));
  ASSERT_TRUE(other_.add(paths({"/a/b/c", "/a/x/y", "/elsewhere"}), worker(2)));
  EXPECT_TRUE(stands({file("/a", 1), file("/a/b/c", 1), file("/a/b/c", 2), file("/a/x/y", 2)}));
  ASSERT_TRUE(other_.remove(paths({"/a/b/c"}), WorkerId{1}));
  ASSERT_TRUE(other_.remove(paths({"/a/x/y"}), WorkerId{2}));
  EXPECT_TRUE(stands({file("/a", 1), file("/a/b/c", 2)}));
  EXPECT_EQ(left_, 2);
  ASSERT_TRUE(other_.remove(paths({"/a"}), WorkerId{1}));
  ASSERT_TRUE(other_.remove(paths({"/a/b/c"}), WorkerId{2}));
  EXPECT_TRUE(stands({}));
}

TEST_F(Following, WaitsForADirectoryThatIsNotThereAndForItsReturn) {
  ASSERT_TRUE(follow("/late/one"));
  for (std::uint64_t id = 1; id < 5; ++id) {
    ASSERT_TRUE(other_.add(paths({"/late/one/deep", "/late/one"}), worker(id)));
    ASSERT_TRUE(stands({file("/late/one", id), file("/late/one/deep", id)})) << id;
    ASSERT_TRUE(other_.remove(paths({"/late/one/deep", "/late/one"}), WorkerId{id}));
    ASSERT_TRUE(stands({})) << id;
  }
}

TEST_F(Following, StaysInItsDirectoryWhenThatIsWanted) {
  ASSERT_TRUE(other_.add(paths({"/a", "/a/b"}), worker(1)));
  ASSERT_TRUE(follow("/a", Follower::Reach::directory));
  EXPECT_TRUE(stands({file("/a", 1)}));
  EXPECT_THAT(follower_->listing().directories, ElementsAre("b"));
  ASSERT_TRUE(other_.add(paths({"/a/b"}), worker(2)));
  ASSERT_TRUE(other_.add(paths({"/a"}), worker(3)));
  EXPECT_TRUE(stands({file("/a", 1), file("/a", 3)}));
  EXPECT_EQ(follower_->listing().revision, other_.revision(path("/a")).value());
}

TEST_F(Following, GoesOnInANewSessionWithoutFalseDepartures) {
  ASSERT_TRUE(other_.add(paths({"/a/b", "/a/c"}), worker(1)));
  ASSERT_TRUE(follow("/a"));
  ASSERT_TRUE(stands({file("/a/b", 1), file("/a/c", 1)}));
  run([&] { follower_->stop(); });
  ASSERT_TRUE(other_.add(paths({"/a/b"}), worker(2)));
  ASSERT_TRUE(other_.remove(paths({"/a/c"}), WorkerId{1}));
  Tree next(backend_->connect(), backend_->post());
  ASSERT_TRUE(start(next));
  EXPECT_TRUE(stands({file("/a/b", 1), file("/a/b", 2)}));
  EXPECT_EQ(left_, 1) << "only who has really gone";
  ASSERT_TRUE(other_.add(paths({"/a"}), worker(3)));
  EXPECT_TRUE(stands({file("/a", 3), file("/a/b", 1), file("/a/b", 2)}));
  run([&] { follower_->stop(); });
}

TEST_F(Following, SaysThatItIsLostAndKeepsWhatItKnew) {
  ASSERT_TRUE(other_.add(paths({"/a"}), worker(1)));
  ASSERT_TRUE(follow("/a"));
  ASSERT_TRUE(stands({file("/a", 1)}));
  ASSERT_TRUE(counted_->close());
  backend_->settle();
  EXPECT_EQ(losses_, 1);
  bool follows = true;
  run([&] { follows = follower_->is_following(); });
  EXPECT_FALSE(follows);
  EXPECT_TRUE(stands({file("/a", 1)}));
}

TEST_F(Following, TellsWhoHasSeenNothingEverything) {
  ASSERT_TRUE(other_.add(paths({"/a"}), worker(1)));
  ASSERT_TRUE(follow("/a"));
  SubtreeChange all = follower_->since(0);
  EXPECT_TRUE(all.whole);
  EXPECT_EQ(all.joined.size(), 1u);
  SubtreeChange none = follower_->since(all.sequence);
  EXPECT_FALSE(none.whole);
  EXPECT_THAT(none.joined, IsEmpty());
  EXPECT_TRUE(follower_->since(all.sequence + 1).whole) << "that is the count of somebody else";
}

TEST_F(Following, FollowsNoMoreDirectoriesThanItMay) {
  // Sixty-four directories of one worker each time, the limit of what one may have.
  for (std::size_t at = 0, id = 1; at <= limits::followed_directories; ++id) {
    std::vector<Path> places;
    for (; places.size() < limits::anchors_per_worker; ++at)
      places.push_back(path("/many/d" + std::to_string(at)));
    ASSERT_TRUE(other_.add(places, worker(id)));
  }
  auto followed = follow("/many");
  ASSERT_TRUE(followed.has_error());
  EXPECT_EQ(followed.error().kind, ErrorKind::overloaded);
  EXPECT_THAT(followed.error().text, HasSubstr("follow less"));
}

/// The original read every file of a directory again for each change of it, one request for each.
TEST_F(Following, AChangeCostsOneLookAndNotOneForEachFile) {
  constexpr std::uint64_t many = 50;
  for (std::uint64_t id = 1; id <= many; ++id) ASSERT_TRUE(other_.add(paths({"/a"}), worker(id)));
  ASSERT_TRUE(follow("/a"));
  std::set<std::string> expected;
  for (std::uint64_t id = 1; id <= many; ++id) expected.insert(file("/a", id));
  ASSERT_TRUE(stands(expected));
  backend_->settle();
  counted_->gets = counted_->listings = counted_->others = 0;
  ASSERT_TRUE(other_.add(paths({"/a"}), worker(many + 1)));
  expected.insert(file("/a", many + 1));
  ASSERT_TRUE(stands(expected));
  backend_->settle();
  EXPECT_EQ(counted_->gets, 1) << "the new file";
  EXPECT_LE(counted_->listings, 3);
  EXPECT_LE(counted_->others, 3);
}

/// The original's readers cleared empty directories away, and nobody else did.
TEST_F(Following, ReadingATreeInOrderChangesNothing) {
  ASSERT_TRUE(other_.add(paths({"/a/b", "/a/c/d"}), worker(1)));
  ASSERT_TRUE(other_.add(paths({"/gone"}), worker(2)));
  ASSERT_TRUE(other_.remove(paths({"/gone"}), WorkerId{2}));
  ASSERT_TRUE(follow("/"));
  ASSERT_TRUE(stands({file("/a/b", 1), file("/a/c/d", 1)}));
  ASSERT_TRUE(tree_.list(path("/")));
  ASSERT_TRUE(tree_.walk(path("/")));
  ASSERT_TRUE(tree_.open(path("/gone")));
  EXPECT_EQ(counted_->changes, 0);
}

TEST_F(Following, ADirectoryOpensWhetherItIsThereOrNot) {
  auto root = tree_.open(path("/"));
  ASSERT_TRUE(root);
  ASSERT_TRUE(other_.add(paths({"/a"}), worker(1)));
  auto there = tree_.open(path("/a"));
  ASSERT_TRUE(there);
  EXPECT_THAT(ids(*there), ElementsAre(1));
  ASSERT_TRUE(other_.remove(paths({"/a"}), WorkerId{1}));
  auto gone = tree_.open(path("/a"));
  ASSERT_TRUE(gone);
  EXPECT_THAT(gone->files, IsEmpty());
  EXPECT_GT(gone->revision, there->revision) << "so that a waiter who has seen it is told";
}

}  // namespace
}  // namespace circuit::anchor::testing
