// Outgoing calls in flight: who waits for which answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <circuit/detail/call.hpp>

#include "base/result.hpp"
#include "link/loop.hpp"
#include "record/recorder.hpp"
#include "wire/messages.hpp"

namespace circuit::lang {

class CancelPoint;
class Peer;
class Promise;

/// What comes of a call.
using Answer = Result<Reply>;

/// Waits for one answer. complete() is called once, on the loop, and must not block; the call's slot is free
/// by then.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void complete(Answer answer) = 0;
  /// Who takes an answer that comes only after this waiter was told that its time is over. Null: nobody, and
  /// the answer is lost. Asked for before complete(), only with CallTerms::answered_when_given_up.
  virtual std::unique_ptr<Waiter> heir() { return nullptr; }
  /// The callee has not run the call, because its object lives elsewhere. True: it is sent again, and stays
  /// in its slot. On the loop.
  virtual bool moved() { return false; }
};

/// How long a call is waited for.
struct CallTerms {
  /// 0: no deadline.
  std::uint64_t deadline_ns = 0;
  /// The callee answers at once when it is told that the call is given up: that answer, which says what
  /// became of it, is waited for, at most limits::given_up_wait longer.
  bool answered_when_given_up = false;
  /// Told the call's id once it has one; may be null.
  CancelPoint* cancel = nullptr;
  /// Told the call's id before it is sent, because its result may be called before it has come; may be null.
  Promise* promise = nullptr;
  /// Calls of the same order arrive in the order of sending; 0: that of the object.
  std::uint64_t order = 0;
  /// Of the method, which the peer is told before the first call on a link: it may have been built from other
  /// sources. Empty: it is not told.
  std::string_view signature{};
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
                                     const CallTerms& terms, Waiter& waiter);
  /// Ends a call; an unknown or late id is ignored. Only an answer of the peer that was asked counts.
  void complete(const Peer* peer, std::uint64_t call, Answer answer);
  /// The peer says that the call was not for it.
  void moved(const Peer* peer, std::uint64_t call);
  /// The call waits for another peer's answer from now on. False: it has ended, or was given up.
  bool redirect(std::uint64_t call, const Peer* peer, std::uint64_t object);
  /// Ends every call to `peer`, and none that is begun meanwhile. Those in `unsent` cannot have run.
  void fail_all(const Peer& peer, const Failure& failure, const std::vector<std::uint64_t>& unsent = {});
  /// Ends every call, and from now on each that begins.
  void close(const Failure& failure);
  bool any_for(const Peer& peer) const noexcept;
  /// The caller waits no longer; an unknown or late id is ignored.
  void cancel(std::uint64_t call);
  /// The same for every call that was made within the incoming call `parent`.
  void cancel_made_by(std::uint64_t parent);

  /// Called with peer, order and id of a call that is given up, before its waiter is completed.
  using GivenUp = std::function<void(const Peer*, std::uint64_t order, std::uint64_t call)>;
  void on_given_up(GivenUp given_up) { given_up_ = std::move(given_up); }

 private:
  struct Pending {
    std::atomic<Waiter*> waiter{nullptr};
    std::atomic<const Peer*> peer{nullptr};
    std::atomic<std::uint64_t> deadline_ns{0};
    std::atomic<std::uint64_t> call{0};
    std::atomic<std::uint64_t> parent{0};
    std::atomic<std::uint64_t> order{0};
    std::atomic<bool> answered_when_given_up{false};
    /// The loop's alone: why the call was given up, while its answer is still waited for.
    std::optional<ErrorKind> given_up;
  };

  /// The place of a call that is waited for; null: of none.
  Pending* find(std::uint64_t call) noexcept;
  void give_up(Pending& pending, ErrorKind why);
  void finish(Pending& pending, Answer answer, record::Outcome outcome);
  void due_by(std::uint64_t deadline_ns);
  void expire();
  void arm(std::uint64_t at_ns);

  record::Recorder& recorder_;
  link::Loop& loop_;
  std::vector<Pending> pending_;
  std::unique_ptr<link::Timer> timer_;
  /// When the timer is due; a call with an earlier deadline has to move it.
  std::atomic<std::uint64_t> next_ns_{UINT64_MAX};
  std::atomic<bool> closed_{false};
  GivenUp given_up_;
};

}  // namespace circuit::lang
