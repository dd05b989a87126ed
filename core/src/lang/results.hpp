// Results of others' calls that can be called before they are there.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <variant>

#include "lang/servant.hpp"

namespace circuit::lang {

/// Stands for what a call will return: holds back the calls to it until that is known, and hands them on in
/// the order in which they came. Thread safety: any thread.
class PromisedResult final : public Servant {
 public:
  /// The object lives elsewhere: its callers know where.
  struct Moved {};
  using Outcome = std::variant<ServantPointer, Moved, Failure>;

  const std::string& interface() const override;
  void handle(IncomingCallPointer call) override;
  void call_given_up(std::uint64_t recorded) override;

  /// The recorder's id of the call: what waits here waits for it.
  void made_by(std::uint64_t recorded) noexcept { recorded_ = recorded; }
  /// What is said first counts: a peer that uses an id twice is none to rely on.
  void settle(Outcome outcome);
  /// The call has failed: so does what was to go to its result, and that has not run.
  void fail(Failure failure);

 private:
  void hand_on(IncomingCallPointer call) const;

  std::mutex mutex_;
  std::uint64_t recorded_ = 0;
  /// Set before those that wait are handed on, and not read before all of them are.
  Outcome outcome_;
  bool decided_ = false;
  bool settled_ = false;
  std::deque<IncomingCallPointer> waiting_;
};

/// Thread safety: any thread.
class Results {
 public:
  /// `peer` (null: this process itself) will call the result of its call. Error: `overloaded`.
  Result<std::shared_ptr<PromisedResult>> expect(const Peer* peer, std::uint64_t call);
  /// Null: nothing is kept of that call.
  ServantPointer find(const Peer* peer, std::uint64_t call) const;
  /// The call has returned `target`, or a reference to nothing.
  void settle(const Peer* peer, std::uint64_t call, const TargetPointer& target);
  void fail(const Peer* peer, std::uint64_t call, Failure failure);
  void moved(const Peer* peer, std::uint64_t call);
  /// The peer has the answer, and calls the object itself from now on.
  void forget(const Peer* peer, std::uint64_t call);
  /// The peer is dead.
  void forget_all(const Peer& peer);
  /// The node ends.
  void clear();
  std::size_t size() const;

 private:
  using OfPeer = std::unordered_map<std::uint64_t, std::shared_ptr<PromisedResult>>;

  std::shared_ptr<PromisedResult> look_up(const Peer* peer, std::uint64_t call) const;

  mutable std::mutex mutex_;
  std::unordered_map<const Peer*, OfPeer> results_;
};

}  // namespace circuit::lang
