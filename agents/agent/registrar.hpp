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

#include "agent/registry.hpp"
#include "link/loop.hpp"

namespace circuit::agent {

/// Owns the agent's session with the coordinator, whichever that is. Jobs run in order on a thread of its
/// own, which may wait; their results come back on the loop. Thread safety: the loop's thread.
class Registrar {
 public:
  /// Called on the loop: these workers have come to stand in the tree, or have fallen out of it.
  using Changed = std::function<void(const std::vector<WorkerId>&, bool registered)>;

  /// Opens the tree that `directory` is configured for, and goes on with the session of the agent that was
  /// there before, so that its workers' anchors never vanish. A coordinator that cannot be reached is no
  /// error: until it can, whatever needs it fails with `unreachable`. `agent` is the instance of this agent.
  static Result<std::unique_ptr<Registrar>> open(const std::filesystem::path& directory, std::uint64_t agent,
                                                 link::Loop& loop, Changed changed);
  /// Leaves the session open for the next agent.
  ~Registrar();
  /// Does what is to be done, then ends the session. Waits for it, a few seconds at most. Nothing may be
  /// asked for afterwards.
  void close();

  /// After a failure the worker is registered later, as soon as that can be, unless it is removed before.
  void add(std::vector<anchor::Path> anchors, anchor::Entry entry, std::function<void(Result<void>)> done);
  /// After a failure it does not stand there, and will not.
  void claim(anchor::Path directory, anchor::Entry entry, std::function<void(Result<void>)> done);
  /// After a failure it is taken out later.
  void remove(std::vector<anchor::Path> anchors, WorkerId worker, std::function<void(Result<void>)> done);

  /// Takes it out of one of its directories.
  void leave(anchor::Path directory, WorkerId worker, std::function<void(Result<void>)> done);

  using Walk = Registry::Walk;
  void list(anchor::Path directory, std::function<void(Result<anchor::Listing>)> done);
  /// As list(), but an empty one where there is none.
  void open(anchor::Path directory, std::function<void(Result<anchor::Listing>)> done);
  void walk(anchor::Path directory, std::function<void(Result<Walk>)> done);

  using Followed = std::shared_ptr<anchor::Follower>;
  /// What stands there is followed from now on; `changed` comes on the loop, for each change.
  void follow(anchor::Path top, anchor::Follower::Reach reach, std::function<void()> changed,
              std::function<void(Result<Followed>)> done);
  /// Ends it.
  void forget(Followed follower);
  /// Takes every file of this agent away whose worker is not in `living`: left by an agent that died between
  /// a death and its note.
  void retain(std::vector<WorkerId> living);
  /// Runs after all jobs before it.
  void settle(std::function<void()> done);

 private:
  Registrar(CoordinatorSource source, const std::filesystem::path& directory, std::uint64_t agent,
            link::Loop& loop, Changed changed);
  void submit(std::function<void()> job);
  void work();
  void stop();

  link::Loop& loop_;

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  /// Its session may still submit until it is gone.
  Registry registry_;
  std::thread thread_;
};

}  // namespace circuit::agent
