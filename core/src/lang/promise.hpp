// References that are not there yet: what calls will return, called before they have returned.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <circuit/detail/call.hpp>

#include "lang/calls.hpp"
#include "lang/life.hpp"
#include "lang/peer.hpp"
#include "lang/references.hpp"

namespace circuit::lang {

class PromisedCall;

/// Stands, at the caller, for the reference that a call will return. Until that is there, calls through it go
/// to the callee, which holds them back. If the object turns out to live elsewhere, the callee answers each
/// of them with `moved`; then they are sent again, to where it lives, in the order in which they were made,
/// and newer ones wait here until that is done.
/// Thread safety: any thread, where nothing else is said.
class Promise final : public Target, public std::enable_shared_from_this<Promise> {
 public:
  /// `callee`: who was called; null: this process. `order`: that of the call to it, which this one's calls
  /// share, so that none of them comes before it.
  Promise(std::shared_ptr<const Life> life, PeerPointer callee, std::uint64_t order,
          InterfaceNames interfaces)
      : life_(std::move(life)),
        callee_(std::move(callee)),
        order_(order),
        interfaces_(std::move(interfaces)) {}

  // What is asked of the object itself waits for it, as settled() does.
  const Address& address() const override;
  std::uint64_t object() const override;
  const InterfaceNames& interfaces() const override { return interfaces_; }
  Node& node() const override { return life_->living(); }
  const PeerPointer& callee() const noexcept { return callee_; }
  std::uint64_t order() const noexcept { return order_; }

  /// What came; null: a reference to nothing. Blocks until it is there. Throws what the call has failed with,
  /// and Error{refused} on the loop, which would wait for itself.
  TargetPointer settled() const;

  /// For a call that is to be made: to what it can go. Null: to this promise, with send() or leave().
  TargetPointer enter();
  void leave();
  /// `body` has room for the head, and arguments that `references` has written for the callee.
  void send(wire::CallHead head, Buffer body, ReferenceSession& references, const CallTerms& terms,
            Waiter& waiter);

  /// The call has this id. `sent`: to the callee, which keeps the result.
  void begun(std::uint64_t call, bool sent);
  // On the loop, once: what came of it.
  void resolve(TargetPointer target);
  void fail(const Failure& failure);

 private:
  friend class PromisedCall;

  /// A call whose end is not known.
  struct Kept {
    bool ready() const noexcept { return complete && (moved || !sent); }

    std::uint64_t call = 0;
    wire::CallHead head;
    Buffer body;
    std::vector<TargetPointer> references;
    std::uint64_t deadline_ns = 0;
    /// CallTerms::signature, for whoever is called in the end.
    std::string signature;
    PromisedCall* waiter = nullptr;
    bool sent = false;
    bool moved = false;
    /// All of this is written down.
    bool complete = false;
  };

  void ended(std::uint64_t sequence);
  void moved(std::uint64_t sequence);
  void keep(std::uint64_t sequence, Kept kept);
  void resend(Kept& kept);
  /// Sends what is ready to where the object lives. On the loop.
  void flush();
  void flush_later();
  void forget_when_done();
  /// Under the mutex.
  bool is_open() const noexcept { return !target_ && !failure_; }

  const std::shared_ptr<const Life> life_;
  const PeerPointer callee_;
  const std::uint64_t order_;
  const InterfaceNames interfaces_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<TargetPointer> target_;
  std::optional<Failure> failure_;
  /// The object lives at the callee.
  bool here_ = false;
  /// Of the call; and whether the callee keeps its result under that id.
  std::uint64_t call_ = 0;
  bool kept_there_ = false;
  bool forgotten_ = false;
  /// Calls being prepared, and sent to the callee without an end yet.
  std::size_t entered_ = 0;
  std::size_t sent_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::size_t kept_bytes_ = 0;
  std::map<std::uint64_t, Kept> kept_;
};

/// Calls a method whose result is a reference, and returns what stands for it.
class PromiseCompletion final : public Completion {
 public:
  explicit PromiseCompletion(std::shared_ptr<Promise> promise) : promise_(std::move(promise)) {}
  void complete(Reply reply) override;
  void fail(const Failure& failure) override { promise_->fail(failure); }

 private:
  std::shared_ptr<Promise> promise_;
};

/// What a target stands for: itself, or for a promise what came of it, which is waited for. Null: nothing.
TargetPointer settled(const TargetPointer& target);

}  // namespace circuit::lang
