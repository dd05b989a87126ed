// Another process, as this one knows it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <circuit/identity.hpp>

#include "link/link.hpp"

namespace circuit::lang {

class Peers;

/// A message that waits for a link.
struct UnsentMessage {
  wire::FrameKind kind;
  std::uint64_t call;
  bool references;
  std::uint64_t order;
  Buffer body;
};

/// Frames for a peer go out in the order of send(), over whatever link there is: while none is open they
/// wait, and a link is dialled. A dead peer stays dead. Thread safety: any thread, where nothing else is
/// said. Lives as long as its Peers.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  Peer(Peers& peers, Address address) : peers_(peers), address_(std::move(address)) {}

  const Address& address() const noexcept { return address_; }

  /// Sends a message whose body is `head` followed by `rest`. The failure says why it cannot be delivered.
  /// Messages of the same `order` (0: none) arrive in the order of sending, however large they are.
  Result<void> send(wire::FrameKind kind, std::uint64_t call, ByteView head, ByteView rest = {},
                    bool references = false, std::uint64_t order = 0);

  /// Sends a call. `signature`, unless it is empty, goes before the first call of that method on a link.
  Result<void> send_call(std::uint64_t call, ByteView body, bool references, std::uint64_t order,
                         std::string_view signature);

  /// The verdict, when there is one: every call from now on fails with it.
  std::optional<Failure> verdict() const;
  bool is_open() const;
  /// What it said it is. Meaningful once it was open.
  wire::Role role() const;

 private:
  friend class Peers;
  /// `lost`: its link has ended, and the verdict is awaited.
  enum class State { idle, dialing, open, lost, dead };

  /// While no link is open: keeps the message, and dials. The caller holds the lock.
  Result<void> keep(UnsentMessage message);

  /// After a link that has ended: what counts beyond it, drops and words about hand-overs, waits for the next
  /// one. Returns the rest, which has never been sent.
  std::vector<UnsentMessage> forget_calls();

  Peers& peers_;
  const Address address_;

  // -- guarded by mutex_ --
  mutable std::mutex mutex_;
  State state_ = State::idle;
  std::shared_ptr<link::Link> link_;
  std::vector<UnsentMessage> waiting_;
  std::size_t waiting_bytes_ = 0;
  /// The methods that are known at the other end of this link, or will be when what waits has gone out.
  std::unordered_set<std::uint64_t> told_;
  std::optional<Failure> verdict_;
  wire::Role role_ = wire::Role::app;
  /// The peer has said goodbye: its end is no accident.
  bool leaving_ = false;
};

using PeerPointer = std::shared_ptr<Peer>;

}  // namespace circuit::lang
