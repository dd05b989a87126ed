// What the tests of the anchor tree share.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <optional>
#include <stdlib.h>
#include <string>
#include <utility>
#include <vector>

#include "anchor/embedded/store.hpp"
#include "anchor/tree.hpp"
#include "base/clock.hpp"

namespace circuit::anchor::testing {

/// Gone, with all that is in it, at the end of the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "circuit-anchor-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Stands still until it is told otherwise.
class ManualClock final : public Clock {
 public:
  std::uint64_t now_ns() const noexcept override { return now_; }
  std::uint64_t wall_ns() const noexcept override { return 1'700'000'000'000'000'000 + now_; }
  void advance(std::chrono::nanoseconds by) { now_ += static_cast<std::uint64_t>(by.count()); }

 private:
  std::atomic<std::uint64_t> now_{1'000'000'000};
};

/// What callbacks have said, in order, for a test that waits for it.
template <class Event>
class Heard {
 public:
  void add(Event event) {
    std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
  /// Waits for the event number `index`, from 0; nothing if it does not come within 20 s.
  std::optional<Event> wait_for(std::size_t index) {
    std::unique_lock lock(mutex_);
    using namespace std::chrono_literals;
    if (!changed_.wait_for(lock, 20s, [&] { return events_.size() > index; })) return std::nullopt;
    return events_[index];
  }
  std::size_t size() {
    std::lock_guard lock(mutex_);
    return events_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
};

/// A store in a directory of its own, with a clock that the test moves.
struct StoreFixture {
  TemporaryDirectory directory;
  ManualClock clock;
  std::shared_ptr<embedded::Store> store;

  StoreFixture() { reopen(); }
  std::filesystem::path file() const { return directory / "anchors.db"; }
  embedded::Store::Options options() const {
    embedded::Store::Options options;
    options.clock = &clock;
    return options;
  }
  void reopen() {
    store.reset();
    auto opened = embedded::Store::open(file(), options());
    if (!opened) {
      ADD_FAILURE() << opened.error().text;
      std::abort();
    }
    store = *opened;
  }
  std::shared_ptr<Coordinator> connect(std::optional<SessionCredentials> credentials = {}) {
    auto connected = store->connect(std::move(credentials));
    if (!connected) ADD_FAILURE() << connected.error().text;
    return connected ? *connected : nullptr;
  }
  std::size_t expire() {
    clock.advance(std::chrono::seconds(6));
    return store->expire_due(clock.now_ns());
  }
};

/// What the tests of the tree stand on, so that the same tests run over every coordinator. Each test program
/// links one.
class Backend {
 public:
  virtual ~Backend() = default;
  /// A session; fails the test, and gives nothing, when there is none.
  virtual std::shared_ptr<Coordinator> connect(std::optional<SessionCredentials> credentials = {}) = 0;
  /// Returns when every session that has no connection is over.
  virtual void expire() = 0;
  /// As after a crash of the service. Sessions come back by their credentials.
  virtual void restart() = 0;
  /// Runs the jobs of watches.
  virtual Post post() = 0;
  /// Returns when all jobs of watches that are there have run.
  virtual void settle() = 0;
  /// How many steps of a long random test are affordable, of `wanted`.
  virtual int affordable(int wanted) const = 0;
};
std::unique_ptr<Backend> make_backend();

inline Path path(std::string_view text) { return Path::parse(text).value(); }

inline std::vector<Path> paths(const std::vector<std::string>& texts) {
  std::vector<Path> out;
  for (const std::string& text : texts) out.push_back(path(text));
  return out;
}

inline Entry worker(std::uint64_t id, std::uint64_t incarnation = 1) {
  Entry entry;
  entry.address = {WorkerId{id}, incarnation, "localhost", 4711, 77, "unix:/run/circuit/w"};
  entry.start_ticks = 12345;
  entry.started_wall_ns = 1'700'000'000'123'456'789;
  entry.function = "greet(string)";
  entry.executable = "/opt/app/bin/app";
  return entry;
}

/// With the embedded store nothing waits, so jobs may run where they come up.
inline void run_at_once(std::function<void()> job) { job(); }

/// The ids in a listing, for comparisons.
inline std::vector<std::uint64_t> ids(const Listing& listing) {
  std::vector<std::uint64_t> out;
  for (const Entry& entry : listing.files) out.push_back(entry.address.id.value);
  return out;
}

}  // namespace circuit::anchor::testing
