// The way from a process to the agent of its host.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <vector>

#include "lang/node.hpp"
#include "spawn/agent_interface.hpp"

namespace circuit::spawn {

/// Finds the agent, starts one where that is wanted, and finds its successor when it has died.
/// Thread safety: any thread, where nothing else is said.
class AgentConnection {
 public:
  enum class Start { never, if_missing };

  AgentConnection(lang::Node& node, std::filesystem::path directory, Start start);
  ~AgentConnection();

  /// The agent as a peer; blocks until one runs, at most limits::agent_start. Not on the loop.
  Result<lang::PeerPointer> agent();
  /// The agent that the directory's file names now, if it may live, else null. Does not wait.
  lang::PeerPointer look();
  /// The agent that was found last, or null. Any thread.
  lang::PeerPointer current() const;
  const std::filesystem::path& directory() const noexcept { return directory_; }

  /// Calls a method of the agent, blocking.
  template <class R, class... A>
  Result<R> call(const lang::RemoteMethod<R(A...)>& method, lang::CallOptions options,
                 const A&... arguments) {
    auto peer = agent();
    if (peer.has_error()) return peer.error();
    return lang::call(node_, *peer, lang::fixed_object::agent, method, options, arguments...);
  }

  /// From now on a link to the agent is kept: a successor is looked for as long as it takes. `connected` is
  /// called on the loop for each agent, beginning with that which runs.
  void keep(std::function<void(const lang::PeerPointer&)> connected);
  /// On the loop: the peer has died or was lost. True if it was the agent.
  bool ended(const lang::PeerPointer& peer);

  /// For Peers: asks the agent what became of a process.
  void ask_fate(const Address& address, std::function<void(lang::Fate)> told);

 private:
  void look_again();
  void keep_to(const lang::PeerPointer& peer);

  lang::Node& node_;
  const std::filesystem::path directory_;
  const Start start_;
  std::unique_ptr<link::Timer> timer_;
  // The loop's alone.
  std::vector<std::function<void(const lang::PeerPointer&)>> connected_;
  /// The agent that these were called for, while it is not known to have ended.
  lang::PeerPointer kept_;

  mutable std::mutex mutex_;
  lang::PeerPointer current_;
};

}  // namespace circuit::spawn
