#include <condition_variable>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "anchor/fixtures.hpp"
#include "anchor/tree.hpp"

namespace circuit::anchor::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TreeWatch : public ::testing::Test {
 protected:
  using News = Result<Listing>;

  const std::unique_ptr<Backend> backend_ = make_backend();
  std::shared_ptr<Coordinator> coordinator_ = backend_->connect();
  Tree tree_{coordinator_, backend_->post()};
  std::shared_ptr<Heard<News>> heard_ = std::make_shared<Heard<News>>();

  WatchHandle watch(std::string_view text, std::uint64_t since) {
    auto handle =
        tree_.watch(path(text), since, [heard = heard_](News news) { heard->add(std::move(news)); });
    backend_->settle();
    return handle;
  }
  std::uint64_t revision(std::string_view text) { return tree_.revision(path(text)).value(); }
};

TEST_F(TreeWatch, CallsAtOnceIfTheRevisionIsAlreadyGreater) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  auto handle = watch("/a", revision("/a") - 1);
  auto news = heard_->wait_for(0);
  ASSERT_TRUE(news && *news);
  EXPECT_EQ((*news)->revision, revision("/a"));
}

TEST_F(TreeWatch, CallsOnceAtTheNextChange) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  auto since = revision("/a");
  auto handle = watch("/a", since);
  EXPECT_EQ(heard_->size(), 0u);
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(2)));
  auto news = heard_->wait_for(0);
  ASSERT_TRUE(news && *news);
  EXPECT_THAT(ids(**news), ElementsAre(1, 2));
  EXPECT_GT((*news)->revision, since);
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(3)));
  EXPECT_EQ(heard_->size(), 1u);
}

TEST_F(TreeWatch, HearsOfDirectoriesButNotOfWhatHappensInThem) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  auto first = watch("/a", revision("/a"));
  ASSERT_TRUE(tree_.add(paths({"/a/b"}), worker(2)));
  ASSERT_TRUE(heard_->wait_for(0));
  auto second = watch("/a", revision("/a"));
  ASSERT_TRUE(tree_.add(paths({"/a/b", "/a/b/c", "/other"}), worker(3)));
  EXPECT_EQ(heard_->size(), 1u);
  ASSERT_TRUE(tree_.remove(paths({"/a/b/c", "/a/b"}), WorkerId{3}));
  EXPECT_EQ(heard_->size(), 1u);
  ASSERT_TRUE(tree_.remove(paths({"/a/b"}), WorkerId{2}));
  auto news = heard_->wait_for(1);
  ASSERT_TRUE(news && *news);
  EXPECT_TRUE((*news)->directories.empty());
}

TEST_F(TreeWatch, WaitsForADirectoryThatIsNotThere) {
  auto handle = watch("/a/b/c", revision("/a/b/c"));
  ASSERT_TRUE(tree_.add(paths({"/a/x"}), worker(1)));
  EXPECT_EQ(heard_->size(), 0u);
  ASSERT_TRUE(tree_.add(paths({"/a/b/c"}), worker(2)));
  auto news = heard_->wait_for(0);
  ASSERT_TRUE(news && *news);
  EXPECT_THAT(ids(**news), ElementsAre(2));
}

TEST_F(TreeWatch, SaysThatADirectoryHasGone) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  auto since = revision("/a");
  auto handle = watch("/a", since);
  // The file goes first, then the directory: whoever looks in between hears the same.
  ASSERT_TRUE(tree_.remove(paths({"/a"}), WorkerId{1}));
  auto news = heard_->wait_for(0);
  ASSERT_TRUE(news);
  EXPECT_EQ(news->error().text, "no worker stands under /a");
  auto late = watch("/a", since);
  ASSERT_TRUE(heard_->wait_for(1));
  EXPECT_EQ(heard_->wait_for(1)->error().kind, ErrorKind::invalid);
}

TEST_F(TreeWatch, DoesNotHangOnADirectoryThatWasMadeAgain) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  for (std::uint64_t id = 2; id < 10; ++id) ASSERT_TRUE(tree_.add(paths({"/a"}), worker(id)));
  auto since = revision("/a");
  for (std::uint64_t id = 1; id < 10; ++id) ASSERT_TRUE(tree_.remove(paths({"/a"}), WorkerId{id}));
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(11)));
  auto handle = watch("/a", since);
  auto news = heard_->wait_for(0);
  ASSERT_TRUE(news && *news);
  EXPECT_THAT(ids(**news), ElementsAre(11));
}

TEST_F(TreeWatch, SetsOneWatchOfTheCoordinatorForManyWaiters) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  auto since = revision("/a");
  std::vector<WatchHandle> handles;
  for (int i = 0; i < 100; ++i) handles.push_back(watch("/a", since));
  for (int i = 0; i < 1000; ++i) static_cast<void>(watch("/a", since));
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(2)));
  EXPECT_TRUE(heard_->wait_for(99));
  EXPECT_EQ(heard_->size(), 100u);
}

TEST_F(TreeWatch, CallsNothingOnceItIsCancelled) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  auto handle = watch("/a", revision("/a"));
  auto kept = watch("/a", revision("/a"));
  handle.cancel();
  handle.cancel();
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(2)));
  EXPECT_TRUE(heard_->wait_for(0));
  EXPECT_EQ(heard_->size(), 1u);
}

TEST_F(TreeWatch, MayBeCancelledAndSetAgainByItsOwnCallback) {
  ASSERT_TRUE(tree_.add(paths({"/a"}), worker(1)));
  WatchHandle handle;
  std::function<void(News)> next = [&](News news) {
    ASSERT_TRUE(news);
    handle = tree_.watch(path("/a"), news->revision, next);
    heard_->add(std::move(news));
  };
  handle = tree_.watch(path("/a"), revision("/a"), next);
  for (std::uint64_t id = 2; id < 6; ++id) {
    ASSERT_TRUE(tree_.add(paths({"/a"}), worker(id)));
    auto news = heard_->wait_for(id - 2);
    ASSERT_TRUE(news && *news);
    EXPECT_EQ((*news)->files.size(), id);
  }
  backend_->settle();
}

TEST_F(TreeWatch, SaysThatTheSessionHasEnded) {
  auto handle = watch("/a", revision("/a"));
  ASSERT_TRUE(coordinator_->close());
  auto news = heard_->wait_for(0);
  ASSERT_TRUE(news);
  EXPECT_EQ(news->error().kind, ErrorKind::unreachable);
  EXPECT_THAT(news->error().text, HasSubstr("the session with the anchor tree has ended"));
  auto late = watch("/a", 0);
  ASSERT_TRUE(heard_->wait_for(1));
  EXPECT_EQ(heard_->wait_for(1)->error().kind, ErrorKind::cancelled);
}

TEST_F(TreeWatch, LetsGoOfTheCoordinator) {
  auto handle = watch("/a", revision("/a"));
  std::weak_ptr<Coordinator> weak = coordinator_;
  coordinator_.reset();
  tree_ = Tree(nullptr, backend_->post());
  EXPECT_TRUE(weak.expired());
}

/// Follows a directory through every change on a thread of its own, as an agent does.
TEST_F(TreeWatch, MissesNoLastChangeBetweenThreads) {
  std::mutex mutex;
  std::condition_variable more;
  std::vector<std::function<void()>> jobs;
  bool ended = false;
  std::thread loop([&] {
    std::unique_lock lock(mutex);
    for (;;) {
      more.wait(lock, [&] { return ended || !jobs.empty(); });
      if (jobs.empty()) return;
      auto job = std::move(jobs.front());
      jobs.erase(jobs.begin());
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
  });
  {
    Tree followed(coordinator_, [&](std::function<void()> job) {
      std::lock_guard lock(mutex);
      jobs.push_back(std::move(job));
      more.notify_all();
    });
    WatchHandle handle;
    auto final = std::make_shared<Heard<bool>>();
    std::function<void(News)> next = [&](News news) {
      std::uint64_t since = news ? news->revision : followed.revision(path("/a")).value();
      if (news && ids(*news) == std::vector<std::uint64_t>{1, 2, 3, 99}) final->add(true);
      handle = followed.watch(path("/a"), since, next);
    };
    // The handle belongs to the loop.
    {
      std::lock_guard lock(mutex);
      jobs.push_back([&] { handle = followed.watch(path("/a"), 0, next); });
      more.notify_all();
    }
    std::vector<std::thread> running;
    for (std::uint64_t t = 1; t <= 3; ++t)
      running.emplace_back([&, t] {
        Tree own(backend_->connect(), backend_->post());
        for (int i = 0; i < 20; ++i) {
          EXPECT_TRUE(tree_.add(paths({"/a"}), worker(t)));
          EXPECT_TRUE(tree_.remove(paths({"/a"}), WorkerId{t}));
        }
        EXPECT_TRUE(tree_.add(paths({"/a"}), worker(t)));
      });
    for (auto& thread : running) thread.join();
    ASSERT_TRUE(tree_.add(paths({"/a"}), worker(99)));
    EXPECT_TRUE(final->wait_for(0));
    std::promise<void> cancelled;
    {
      std::lock_guard lock(mutex);
      jobs.push_back([&] {
        handle.cancel();
        next = nullptr;
        cancelled.set_value();
      });
      more.notify_all();
    }
    cancelled.get_future().wait();
  }
  {
    std::lock_guard lock(mutex);
    ended = true;
    more.notify_all();
  }
  loop.join();
}

}  // namespace
}  // namespace circuit::anchor::testing
