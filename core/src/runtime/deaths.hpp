// Waiting for the deaths of other processes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include <circuit/death.hpp>
#include <circuit/identity.hpp>

#include "lang/node.hpp"
#include "spawn/agent_connection.hpp"

namespace circuit::runtime {

/// The agent of the host is asked, and asked again where it is replaced meanwhile. Of a process of which it
/// knows nothing the link to it tells. Thread safety: any thread.
class Deaths {
 public:
  /// Told once, on a thread of the node's pool.
  using Told = std::function<void(Death)>;

  Deaths(lang::Node& node, spawn::AgentConnection& agent) : node_(node), agent_(agent) {}

  /// Returns a ticket to forget() the watch with.
  std::uint64_t watch(const Address& address, Told told);
  void forget(std::uint64_t ticket);
  /// From the node's observer, on the loop.
  void peer_died(const lang::PeerPointer& peer);

 private:
  struct Watch {
    Address address;
    Told told;
    std::unique_ptr<link::Timer> timer;
    /// The agent knows nothing of it: the end of the link to it is what there is to know.
    bool by_link = false;
  };

  /// All on the loop.
  void ask(std::uint64_t ticket);
  void answered(std::uint64_t ticket, const Result<spawn::DeathReport>& report);
  void ask_itself(std::uint64_t ticket, const Address& address);
  void ask_later(std::uint64_t ticket, std::uint64_t after_ns);
  void finish(std::uint64_t ticket, Death death);

  lang::Node& node_;
  spawn::AgentConnection& agent_;
  std::mutex mutex_;
  std::uint64_t last_ticket_ = 0;
  std::map<std::uint64_t, Watch> watches_;
};

}  // namespace circuit::runtime
