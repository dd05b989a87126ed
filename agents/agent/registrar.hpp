// The anchor tree, for a loop that must not wait.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "anchor/embedded/store.hpp"
#include "anchor/tree.hpp"
#include "link/loop.hpp"

namespace circuit::agent {

/// Owns the agent's session with the coordinator. Jobs run in order on a thread of its own, which may wait;
/// their results come back on the loop. Thread safety: the loop's thread.
class Registrar {
 public:
  /// Opens the embedded tree in `directory`, and goes on with the session of the agent that was there before,
  /// so that its workers' anchors never vanish.
  static Result<std::unique_ptr<Registrar>> open(const std::filesystem::path& directory, link::Loop& loop);
  /// Leaves the session open for the next agent.
  ~Registrar();

  void add(std::vector<anchor::Path> anchors, anchor::Entry entry, std::function<void(Result<void>)> done);
  void remove(std::vector<anchor::Path> anchors, WorkerId worker, std::function<void(Result<void>)> done);

  using Walk = std::vector<std::pair<anchor::Path, anchor::Listing>>;
  void list(anchor::Path directory, std::function<void(Result<anchor::Listing>)> done);
  void walk(anchor::Path directory, std::function<void(Result<Walk>)> done);
  /// Takes every file away whose worker is not in `living`: left by an agent that died between a death and
  /// its note.
  void retain(std::vector<WorkerId> living);
  /// Runs after all jobs before it.
  void settle(std::function<void()> done);

 private:
  Registrar(std::shared_ptr<anchor::embedded::Store> store, std::shared_ptr<anchor::Coordinator> session,
            link::Loop& loop);
  void submit(std::function<void()> job);
  void work();

  link::Loop& loop_;
  std::shared_ptr<anchor::embedded::Store> store_;
  std::shared_ptr<anchor::Coordinator> session_;
  std::unique_ptr<anchor::Tree> tree_;

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace circuit::agent
