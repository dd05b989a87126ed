// One watch of a subtree: what the agent tells, and what the handler has been told.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <circuit/anchors.hpp>

#include "spawn/agent_interface.hpp"

namespace circuit::runtime {

class AnchorSource;

/// Keeps what stands there apart from what the handler knows of, so that a slow handler is told the
/// difference when it comes round, however much has happened, and a new agent's account of everything is no
/// news. Thread safety: any thread, where nothing else is said.
class SubtreeWatch : public std::enable_shared_from_this<SubtreeWatch> {
 public:
  SubtreeWatch(std::weak_ptr<AnchorSource> source, lang::Node& node, std::string path, AnchorHandler handler);

  /// What is asked of an agent next.
  spawn::SubtreeOrder order() const;
  /// Takes what an agent has told. The handler hears of it on a thread of the pool.
  void take(const spawn::SubtreeNews& news);
  /// On the loop: asks that agent, until it tells an error; but not while it is being asked.
  void ask(const lang::PeerPointer& agent);
  /// On the loop: the agent that is being asked need not answer.
  void take_back();
  /// On the loop: the handler hears what it could not be told for lack of a thread.
  void deliver();
  void end() noexcept;
  bool ended() const noexcept { return ended_; }

 private:
  using Key = std::pair<std::string, WorkerId>;

  void told(const lang::PeerPointer& agent, const Result<spawn::SubtreeNews>& news);
  void run();
  std::vector<AnchorEvent> news();

  const std::weak_ptr<AnchorSource> source_;
  lang::Node& node_;
  const std::string path_;
  const AnchorHandler handler_;
  const std::uint64_t name_;
  std::atomic<bool> ended_ = false;

  // The loop's alone.
  lang::PeerPointer asked_;

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::uint64_t epoch_ = 0;
  std::uint64_t sequence_ = 0;
  std::map<Key, AnchorFile> standing_;
  std::map<Key, AnchorFile> known_;
  /// Where the two may differ.
  std::set<Key> fresh_;
  bool scheduled_ = false;
  /// The thread that is in the handler.
  std::thread::id in_handler_;
};

}  // namespace circuit::runtime
