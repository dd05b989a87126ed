// What of this agent has to stand in the anchor tree, and the session that puts it there.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/coordinator_source.hpp"
#include "anchor/follower.hpp"
#include "anchor/tree.hpp"

namespace circuit::agent {

/// Knows which workers are to be registered, and brings the tree to it whenever it can be reached: after the
/// session has ended, after the connection was lost, after an agent has died in between.
/// Thread safety: one thread, which may wait; it calls look() at the time that next_look() names.
class Registry {
 public:
  using Steady = std::chrono::steady_clock;
  struct Hooks {
    /// Runs a job on the registry's thread. From any thread.
    anchor::Post post;
    /// Whether these workers stand in the tree has changed.
    std::function<void(const std::vector<WorkerId>&, bool registered)> changed;
  };
  /// `agent` is the instance id in the addresses of this agent's own workers.
  Registry(CoordinatorSource source, std::filesystem::path session_file, std::uint64_t agent, Hooks hooks);

  /// Comes by a session, if it can now.
  void begin();
  /// Ends the session, so that nothing of this agent stays in the tree.
  void end();

  /// A failure leaves the worker to be registered later, unless it is removed before.
  Result<void> add(const std::vector<anchor::Path>& anchors, const anchor::Entry& entry);
  /// As Tree::claim(). After a failure the worker does not stand there, or is taken out later.
  Result<void> claim(const anchor::Path& directory, const anchor::Entry& entry);
  /// A failure leaves the files to be removed later.
  Result<void> remove(const std::vector<anchor::Path>& anchors, WorkerId worker);
  /// Takes a worker out of one directory. A failure leaves that to be done later.
  Result<void> leave(const anchor::Path& directory, WorkerId worker);
  /// These and those that are added from now on are all that live: files of others of this agent go.
  /// But those of apps stay as long as their processes live: an app comes back to this agent by itself.
  void retain(const std::vector<WorkerId>& living);

  Result<anchor::Listing> list(const anchor::Path& directory);
  /// The same where there is no such directory too.
  Result<anchor::Listing> open(const anchor::Path& directory);
  /// What stands there, followed from now on, over the end of a session too. `changed` comes on this thread.
  Result<std::shared_ptr<anchor::Follower>> follow(const anchor::Path& top, anchor::Follower::Reach reach,
                                                   std::function<void()> changed);
  using Walk = std::vector<std::pair<anchor::Path, anchor::Listing>>;
  Result<Walk> walk(const anchor::Path& directory);

  /// Nothing: only when something happens.
  std::optional<Steady::time_point> next_look() const;
  void look();

 private:
  struct Registered {
    std::vector<anchor::Path> anchors;
    anchor::Entry entry;
    bool stands = false;
  };

  void heard(std::uint64_t generation, anchor::SessionEvent event);
  void drop_session();
  void forget_session_file();
  void presume_lost();
  void mend();
  bool remove_strays();
  bool is_stray(const anchor::Path& directory, const anchor::Entry& entry);
  bool remove_dead_apps();
  void resume_followers();
  void try_later() { retry_at_ = Steady::now() + limits::zookeeper_retry; }
  Failure unreachable() const;

  const CoordinatorSource source_;
  const std::filesystem::path session_file_;
  const std::uint64_t agent_;
  const Hooks hooks_;

  std::map<WorkerId, Registered> wanted_;
  std::optional<std::set<WorkerId>> living_;
  /// Files of apps that have not come back to this agent yet.
  std::vector<std::pair<anchor::Path, anchor::Entry>> awaited_apps_;
  std::vector<std::weak_ptr<anchor::Follower>> followers_;
  /// Which session events are of: those of earlier ones may still be under way.
  std::uint64_t generation_ = 0;
  std::string trouble_ = "it has not been looked for yet";
  std::optional<Steady::time_point> retry_at_;
  std::optional<Steady::time_point> presumed_lost_at_;
  std::optional<Steady::time_point> look_at_apps_at_;
  bool connected_ = false;
  std::shared_ptr<anchor::Coordinator> session_;
  std::unique_ptr<anchor::Tree> tree_;
};

}  // namespace circuit::agent
