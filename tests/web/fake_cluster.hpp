// A cluster that consists of what a test puts into it.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "monitor/cluster.hpp"

namespace circuit::web::testing {

inline spawn::WorkerRecord worker(std::uint64_t id, std::string function = "greet") {
  spawn::WorkerRecord record;
  record.address = {WorkerId{id}, 0xabc, "localhost", static_cast<std::int32_t>(1000 + id), 1, {}};
  record.function = std::move(function);
  record.arguments = R"(["world"])";
  record.executable = "/usr/bin/app";
  record.anchors = {"/t", "/host/localhost"};
  record.started_wall_ns = 1'700'000'000'000'000'000;
  record.state = spawn::WorkerState::live;
  return record;
}

/// A call from worker 1 to worker 2.
inline monitor::Call call(std::uint64_t id, std::string method = "sleep") {
  monitor::Call made;
  made.caller = WorkerId{1};
  made.id = id;
  made.callee = WorkerId{2};
  made.phase = monitor::CallPhase::running;
  made.method = std::move(method);
  made.arguments = "[600]";
  made.started_wall_ns = 1'700'000'000'000'000'000;
  return made;
}

/// Thread safety: any thread, as the interface demands.
class FakeCluster final : public monitor::Cluster {
 public:
  using Changed = std::function<void(std::shared_ptr<const monitor::Snapshot>)>;
  using CallsChanged = std::function<void(monitor::CallsPointer)>;

  std::shared_ptr<const monitor::Snapshot> snapshot() const override {
    std::lock_guard lock(mutex_);
    return snapshot_;
  }

  std::unique_ptr<Subscription> subscribe(Changed changed) override {
    std::lock_guard lock(mutex_);
    std::uint64_t key = ++subscriptions_made_;
    subscribers_[key] = std::move(changed);
    return std::make_unique<Ticket>(*this, key);
  }

  Result<monitor::CallsPointer> calls(const std::vector<WorkerId>& workers) override {
    std::lock_guard lock(mutex_);
    if (on_calls) return on_calls(workers);
    return calls_;
  }
  std::unique_ptr<Subscription> watch_calls(CallsChanged changed) override {
    std::lock_guard lock(mutex_);
    std::uint64_t key = ++subscriptions_made_;
    changed(calls_);
    call_watchers_[key] = std::move(changed);
    return std::make_unique<Ticket>(*this, key);
  }

  Result<spawn::WorkerRecord> spawn(const monitor::SpawnRequest& request,
                                    monitor::FunctionOutcome outcome) override {
    if (on_spawn) return on_spawn(request, std::move(outcome));
    return failure(ErrorKind::refused, "no spawn was expected");
  }
  Result<void> kill(const monitor::KillRequest& request) override {
    if (on_kill) return on_kill(request);
    return failure(ErrorKind::refused, "no kill was expected");
  }
  Result<std::vector<spawn::FunctionDescription>> functions() override {
    return known_functions;
  }
  Result<monitor::AnchorListing> anchors(const std::string& path) override {
    if (path == "/t") return monitor::AnchorListing{path, 7, {"deep"}, {worker(1)}};
    return failure(ErrorKind::invalid, "nothing stands under " + path);
  }

  /// The next snapshot: the same with these workers added or changed, and those gone.
  void change(std::vector<spawn::WorkerRecord> changed, std::vector<WorkerId> removed = {}) {
    std::lock_guard lock(mutex_);
    auto next = std::make_shared<monitor::Snapshot>(*snapshot_);
    next->sequence += 1;
    for (WorkerId id : removed) next->workers.erase(id);
    for (spawn::WorkerRecord& record : changed) {
      WorkerId id = record.address.id;
      next->workers[id] = std::make_shared<const spawn::WorkerRecord>(std::move(record));
    }
    snapshot_ = next;
    for (const auto& [key, subscriber] : subscribers_) subscriber(snapshot_);
  }

  void change_calls(std::vector<monitor::Call> calls, std::uint64_t untold = 0, std::string trouble = {}) {
    std::lock_guard lock(mutex_);
    auto next = std::make_shared<monitor::Calls>();
    next->read_wall_ns = 1'700'000'001'000'000'000;
    next->calls = std::move(calls);
    next->untold = untold;
    next->trouble = std::move(trouble);
    calls_ = std::move(next);
    for (const auto& [key, watcher] : call_watchers_) watcher(calls_);
  }
  std::size_t call_watchers() const {
    std::lock_guard lock(mutex_);
    return call_watchers_.size();
  }

  std::size_t subscribers() const {
    std::lock_guard lock(mutex_);
    return subscribers_.size();
  }

  /// The next snapshot, with these hosts instead.
  void change_hosts(std::vector<monitor::HostState> hosts) {
    std::lock_guard lock(mutex_);
    auto next = std::make_shared<monitor::Snapshot>(*snapshot_);
    next->sequence += 1;
    next->hosts = std::move(hosts);
    snapshot_ = next;
    for (const auto& [key, subscriber] : subscribers_) subscriber(snapshot_);
  }

  /// Set before anything asks.
  std::vector<spawn::FunctionDescription> known_functions = {{"greet",
                                                              "greet(name: text) -> text",
                                                              0x1234,
                                                              {{"name", "text", R"("world")"}},
                                                              "text",
                                                              "/usr/bin/app"}};
  std::function<Result<spawn::WorkerRecord>(const monitor::SpawnRequest&, monitor::FunctionOutcome)> on_spawn;
  std::function<Result<void>(const monitor::KillRequest&)> on_kill;
  std::function<Result<monitor::CallsPointer>(const std::vector<WorkerId>&)> on_calls;

 private:
  class Ticket final : public Subscription {
   public:
    Ticket(FakeCluster& cluster, std::uint64_t key) : cluster_(cluster), key_(key) {}
    ~Ticket() override {
      std::lock_guard lock(cluster_.mutex_);
      cluster_.subscribers_.erase(key_);
      cluster_.call_watchers_.erase(key_);
    }

   private:
    FakeCluster& cluster_;
    std::uint64_t key_;
  };

  mutable std::mutex mutex_;
  std::shared_ptr<const monitor::Snapshot> snapshot_ = first();
  std::map<std::uint64_t, Changed> subscribers_;
  monitor::CallsPointer calls_ = std::make_shared<const monitor::Calls>();
  std::map<std::uint64_t, CallsChanged> call_watchers_;
  std::uint64_t subscriptions_made_ = 0;

  static std::shared_ptr<const monitor::Snapshot> first() {
    auto snapshot = std::make_shared<monitor::Snapshot>();
    snapshot->sequence = 1;
    snapshot->hosts = {{"localhost", true, {}, 1'700'000'000'000'000'000}};
    return snapshot;
  }
};

}  // namespace circuit::web::testing
