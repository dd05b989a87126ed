// The table of peers: dialling, accepting, one link per pair, and the verdict of death.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "lang/peer.hpp"

namespace circuit::lang {

/// What is known of a process whose link has broken.
struct Fate {
  /// False: it lives, whatever became of the link.
  bool dead = true;
  /// `killed by SIGKILL`, `exited with 1: <last lines of err>`; empty: nobody knows.
  std::string cause;
};

/// Explains the end of a link, usually by asking the agent. Calls back once, on the loop.
using AskFate = std::function<void(const Address&, std::function<void(Fate)>)>;

/// What the node does about peers. All calls come on the loop.
class PeerEvents {
 public:
  virtual ~PeerEvents() = default;
  virtual void peer_opened(const PeerPointer& peer) = 0;
  virtual void peer_message(const PeerPointer& peer, wire::Message& message) = 0;
  /// The peer is dead, for ever.
  virtual void peer_died(const PeerPointer& peer, const Failure& verdict) = 0;
  /// The link has ended, but the peer may live: calls in flight to it have failed with this. `unsent` was
  /// taken for it and is not sent any more.
  virtual void peer_lost(const PeerPointer& peer, const Failure& reason,
                         const std::vector<UnsentMessage>& unsent) = 0;
};

/// Thread safety: find_or_add() and dial() from any thread, the rest on the loop.
class Peers final : public link::LinkOwner {
 public:
  Peers(link::Loop& loop, link::Transport& transport, wire::Hello own, PeerEvents& events);
  ~Peers() override;

  /// Accepts links at `endpoint`, or at a listening socket that was handed over.
  Result<void> listen(const std::string& endpoint);
  Result<void> adopt(int listening_fd);
  void set_ask_fate(AskFate ask) { ask_fate_ = std::move(ask); }

  /// The peer of that address; a new one is dialled when it is first sent to.
  PeerPointer find_or_add(const Address& address);
  PeerPointer find(WorkerId id) const;
  const Address& own_address() const noexcept { return own_.address; }

  void dial(const PeerPointer& peer);
  /// Tells every peer that this process ends, and waits until that and all before it is written, at most
  /// until `deadline`. For a process that ends without close_all(); any thread but the loop's.
  void say_goodbye(std::chrono::steady_clock::time_point deadline);
  /// Says goodbye to every peer and closes every link.
  void close_all();

 private:
  Result<void> greeted(const std::shared_ptr<link::Link>& link, const wire::Hello& hello) override;
  void opened(const std::shared_ptr<link::Link>& link) override;
  void received(const std::shared_ptr<link::Link>& link, wire::Message& message) override;
  void closed(const std::shared_ptr<link::Link>& link, const Failure& reason) override;

  void accept(std::unique_ptr<link::Connection> connection);
  void start_dial(const PeerPointer& peer);
  void begin(std::unique_ptr<link::Connection> connection, link::Link::Side side, PeerPointer peer);
  void lost(const PeerPointer& peer, const Failure& reason);
  void decide(const PeerPointer& peer, const Failure& reason, const Fate& fate);
  void declare_dead(const PeerPointer& peer, Failure verdict);
  void sweep_strangers();
  void dial_crossed_again();
  void dial_for_leftovers();

  struct LinkEntry {
    std::shared_ptr<link::Link> link;
    /// Null until an accepted link has greeted.
    PeerPointer peer;
    std::uint64_t since_ns = 0;
  };

  link::Loop& loop_;
  link::Transport& transport_;
  const wire::Hello own_;
  PeerEvents& events_;
  AskFate ask_fate_;
  std::unique_ptr<link::Listener> listener_;
  std::unique_ptr<link::Timer> stranger_timer_;
  std::unique_ptr<link::Timer> crossing_timer_;
  std::unique_ptr<link::Timer> leftovers_timer_;
  /// Peers that have refused a dial because it crossed their own.
  std::vector<PeerPointer> crossed_;
  /// Peers that live, have no link, and for which something waits that counts beyond the last one.
  std::vector<PeerPointer> leftovers_;
  std::unordered_map<const link::Link*, LinkEntry> links_;
  bool closing_ = false;
  /// Gone once this has ended: an answer about a peer's fate may come later.
  std::shared_ptr<int> listening_for_fates_ = std::make_shared<int>(0);

  mutable std::mutex mutex_;
  std::unordered_map<WorkerId, PeerPointer> peers_;
};

}  // namespace circuit::lang
