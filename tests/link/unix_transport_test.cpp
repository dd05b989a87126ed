#include <sys/stat.h>

#include "link/ends.hpp"

namespace circuit::link::testing {
namespace {

using ::testing::HasSubstr;

Result<std::unique_ptr<Connection>> dial(End& end, const std::string& endpoint) {
  std::optional<Result<std::unique_ptr<Connection>>> result;
  on_loop(end.loop, [&] {
    end.transport.dial(endpoint,
                       [&](Result<std::unique_ptr<Connection>> made) { result.emplace(std::move(made)); });
  });
  return std::move(*result);
}

TEST(UnixTransport, ASocketIsForItsUserAlone) {
  TemporaryDirectory directory;
  std::string path = directory.path() + "/socket";
  auto fd = bind_unix("unix:" + path);
  ASSERT_TRUE(fd.has_value());
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST(UnixTransport, ALiveListenerKeepsItsPlaceAndADeadOneLosesIt) {
  TemporaryDirectory directory;
  std::string endpoint = "unix:" + directory.path() + "/socket";
  auto first = bind_unix(endpoint);
  ASSERT_TRUE(first.has_value());
  auto second = bind_unix(endpoint);
  ASSERT_TRUE(second.has_error());
  EXPECT_THAT(second.error().text, HasSubstr("another process does"));
  first->reset();
  EXPECT_TRUE(bind_unix(endpoint).has_value());
}

TEST(UnixTransport, WhatCannotBeDialledSaysWhy) {
  End end(1);
  EXPECT_EQ(dial(end, "unix:/nowhere/at/all").error().kind, ErrorKind::unreachable);
  EXPECT_EQ(dial(end, "tcp:localhost:80").error().kind, ErrorKind::invalid);
  EXPECT_EQ(dial(end, "unix:" + std::string(200, 'x')).error().kind, ErrorKind::invalid);
  EXPECT_EQ(dial(end, "unix:").error().kind, ErrorKind::invalid);
}

TEST(UnixTransport, AHandedOverSocketGoesOn) {
  TemporaryDirectory directory;
  std::string endpoint = "unix:" + directory.path() + "/socket";
  auto fd = bind_unix(endpoint);
  ASSERT_TRUE(fd.has_value());
  End a(1), b(2);
  a.dial(endpoint);  // waits in the backlog
  std::mutex mutex;
  std::condition_variable changed;
  bool accepted = false;
  on_loop(b.loop, [&] {
    b.listener = value_or_throw(b.transport.adopt(fd->release(), [&](std::unique_ptr<Connection>) {
      std::lock_guard lock(mutex);
      accepted = true;
      changed.notify_one();
    }));
  });
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return accepted; }));
}

TEST(AsioLoop, ATimerThatIsMovedOrCancelledIsCalledAsLastSaid) {
  SystemClock clock;
  AsioLoop loop(clock);
  loop.start_thread();
  std::unique_ptr<Timer> timer;
  std::atomic<int> first{0}, second{0};
  std::mutex mutex;
  std::condition_variable changed;
  on_loop(loop, [&] {
    timer = loop.make_timer();
    timer->arm(0, [&] { ++first; });
    timer->arm(0, [&] { ++first; });
    timer->cancel();
    timer->arm(0, [&] { ++first; });
    timer->arm(clock.now_ns() + 1'000'000, [&] {
      std::lock_guard lock(mutex);
      ++second;
      changed.notify_one();
    });
  });
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, 20s, [&] { return second == 1; }));
  }
  EXPECT_EQ(first, 0);
  loop.stop();
}

}  // namespace
}  // namespace circuit::link::testing
