#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "anchor/fixtures.hpp"
#include "anchor/zookeeper/harness.hpp"
#include "support/host.hpp"

namespace circuit::anchor::testing {
namespace {

/// A thread that may wait for the coordinator, as its own must not.
class JobThread {
 public:
  JobThread() : thread_([this] { work(); }) {}
  ~JobThread() {
    submit(nullptr);
    thread_.join();
  }
  void submit(std::function<void()> job) {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_all();
  }
  void settle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return jobs_.empty() && !busy_; });
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !jobs_.empty(); });
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      if (!job) return;
      busy_ = true;
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
      busy_ = false;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool busy_ = false;
  std::thread thread_;
};

class ZookeeperBackend final : public Backend {
 public:
  std::shared_ptr<Coordinator> connect(std::optional<SessionCredentials> credentials) override {
    auto connected = harness_.connect(std::move(credentials));
    if (!connected) ADD_FAILURE() << connected.error().text;
    return connected ? *connected : nullptr;
  }
  void expire() override { harness_.let_sessions_expire(); }
  void restart() override {
    support::shared_zookeeper().kill();
    support::shared_zookeeper().start();
    support::shared_zookeeper().await();
  }
  Post post() override {
    return [this](std::function<void()> job) { jobs_.submit(std::move(job)); };
  }
  void settle() override { jobs_.settle(); }
  int affordable(int wanted) const override { return support::is_long() ? wanted : wanted / 12; }

 private:
  ZookeeperHarness harness_;
  JobThread jobs_;
};

}  // namespace

std::unique_ptr<Backend> make_backend() { return std::make_unique<ZookeeperBackend>(); }

}  // namespace circuit::anchor::testing
