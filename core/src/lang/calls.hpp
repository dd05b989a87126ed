// Outgoing calls in flight: who waits for which answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <circuit/detail/call.hpp>

#include "base/result.hpp"
#include "link/loop.hpp"
#include "record/recorder.hpp"
#include "wire/messages.hpp"

namespace circuit::lang {

class Peer;

/// What comes of a call.
using Answer = Result<Reply>;

/// Waits for one answer. complete() is called once, on the loop, and must not block; the call's slot is free
/// by then.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void complete(Answer answer) = 0;
};

/// The slots of the flight recorder are the table: a slot's index and generation are the call's id on the
/// wire, so an answer finds its waiter by index. Thread safety: begin() from any thread; the rest on the
/// loop, so that a call is completed once.
class Calls {
 public:
  Calls(record::Recorder& recorder, link::Loop& loop);

  /// Takes a slot and makes `waiter` wait in it. nullopt: too many calls are in flight. `peer` is null for a
  /// call within this process. `waiter` lives until it is completed. The slots of a recorder that was made
  /// with more than limits::call_slots are used up to that number.
  std::optional<std::uint64_t> begin(const Peer* peer, const wire::CallHead& head, ByteView arguments,
                                     std::uint64_t deadline_ns, Waiter& waiter);
  /// Ends a call; an unknown or late id is ignored. Only an answer of the peer that was asked counts.
  void complete(const Peer* peer, std::uint64_t call, Answer answer);
  /// Ends every call to `peer`.
  void fail_all(const Peer& peer, const Failure& failure);
  /// Ends every call, and from now on each that begins.
  void close(const Failure& failure);
  bool any_for(const Peer& peer) const noexcept;

  /// Called with the peer and id of a call whose time is over, before its waiter is completed.
  void on_expired(std::function<void(const Peer*, std::uint64_t)> expired) { expired_ = std::move(expired); }

 private:
  struct Pending {
    std::atomic<Waiter*> waiter{nullptr};
    std::atomic<const Peer*> peer{nullptr};
    std::atomic<std::uint64_t> deadline_ns{0};
    std::atomic<std::uint64_t> call{0};
  };

  void finish(Pending& pending, Answer answer, record::Outcome outcome);
  void expire();
  void arm(std::uint64_t at_ns);

  record::Recorder& recorder_;
  link::Loop& loop_;
  std::vector<Pending> pending_;
  std::unique_ptr<link::Timer> timer_;
  /// When the timer is due; a call with an earlier deadline has to move it.
  std::atomic<std::uint64_t> next_ns_{UINT64_MAX};
  std::atomic<bool> closed_{false};
  std::function<void(const Peer*, std::uint64_t)> expired_;
};

}  // namespace circuit::lang
