// A runtime's way to the anchor tree by a session of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "anchor/follower.hpp"
#include "anchor/tree.hpp"
#include "lang/node.hpp"
#include "runtime/anchor_source.hpp"
#include "runtime/job_thread.hpp"
#include "runtime/subtree_watch.hpp"

namespace circuit::runtime {

/// Stands in the tree of a coordinator itself, with no agent between. When the session is over, so is what
/// stands there by it: whoever has made it makes another, and another runtime.
class OwnSession final : public AnchorSource, public std::enable_shared_from_this<OwnSession> {
 public:
  /// `entry`: the file of this process. The node must live until close().
  OwnSession(lang::Node& node, std::shared_ptr<anchor::Coordinator> coordinator, anchor::Entry entry);
  ~OwnSession() override { close(); }

  /// Takes this process out of all its directories.
  void close() override;
  AnchorListing open(const std::string& path) override;
  AnchorListing change(const std::string& path, std::uint64_t since,
                       std::optional<std::chrono::milliseconds> timeout) override;
  void add(const std::string& path) override { add_all({path}); }
  /// All at once, or none.
  void add_all(const std::vector<std::string>& paths);
  void claim(const std::string& path) override;
  void remove(const std::string& path) override;
  std::shared_ptr<SubtreeWatch> watch(const std::string& path, AnchorHandler handler) override;
  void end(std::shared_ptr<SubtreeWatch> watch) override;
  void retry_later() override;

 private:
  /// On the thread of the jobs.
  struct Followed {
    std::shared_ptr<SubtreeWatch> watch;
    std::shared_ptr<anchor::Follower> follower;
  };

  lang::Node& open_node() const;
  void check_room(const std::vector<std::string>& paths);
  /// This process stands there now, and is to be taken out at the end.
  void stands(const std::vector<std::string>& paths);
  /// On the thread of the jobs.
  Result<void> follow(const std::string& path, const std::shared_ptr<SubtreeWatch>& watch);
  void tell(const Followed& followed);
  void retry();

  lang::Node& node_;
  const anchor::Entry entry_;
  /// Shared with the tree's watches, which may come to it late.
  const std::shared_ptr<JobThread> jobs_ = std::make_shared<JobThread>();
  anchor::Tree tree_;
  std::atomic<bool> closed_ = false;

  // The jobs' alone.
  std::list<Followed> followed_;
  bool retrying_ = false;

  std::mutex mutex_;
  /// A directory has changed that somebody waits for, or nobody is to wait any more.
  std::condition_variable changed_;
  std::set<std::string> own_;
};

/// The file of the process that this node is.
anchor::Entry entry_of(const lang::Node& node, std::string function, bool is_app);

}  // namespace circuit::runtime
