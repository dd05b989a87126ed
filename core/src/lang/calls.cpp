#include "lang/calls.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "lang/peer.hpp"

namespace circuit::lang {
namespace {

const Failure ended = failure(ErrorKind::cancelled, "this runtime has ended");

Failure failure_of(ErrorKind given_up, bool may_have_run) {
  const char* text = given_up == ErrorKind::deadline ? "no answer came within the time given"
                                                     : "the caller cancelled before an answer came";
  return Failure{given_up, text, {}, may_have_run};
}

}  // namespace

Calls::Calls(record::Recorder& recorder, link::Loop& loop)
    : recorder_(recorder), loop_(loop), pending_(limits::call_slots), timer_(loop.make_timer()) {}

std::optional<std::uint64_t> Calls::begin(const Peer* peer, const wire::CallHead& head, ByteView arguments,
                                          const CallTerms& terms, Waiter& waiter) {
  record::CallFacts facts{};
  facts.direction = record::Direction::outgoing;
  facts.state = record::CallState::waiting;
  facts.parent = head.parent;
  facts.chain = head.chain;
  facts.object = head.object;
  facts.method = head.method;
  facts.peer = peer == nullptr ? recorder_.worker() : peer->address().id.value;
  facts.started_ns = loop_.clock().now_ns();
  facts.deadline_ns = terms.deadline_ns;
  facts.depth = head.depth;
  facts.arguments = arguments;
  auto slot = recorder_.acquire(facts);
  if (!slot) return std::nullopt;
  if (slot->index >= pending_.size()) {
    recorder_.release(*slot, record::Outcome::abandoned, facts.started_ns);
    return std::nullopt;
  }

  Pending& pending = pending_[slot->index];
  pending.call.store(slot->call(), std::memory_order_relaxed);
  pending.peer.store(peer, std::memory_order_relaxed);
  pending.deadline_ns.store(terms.deadline_ns, std::memory_order_relaxed);
  pending.parent.store(head.parent, std::memory_order_relaxed);
  pending.order.store(terms.order != 0 ? terms.order : head.object, std::memory_order_relaxed);
  pending.answered_when_given_up.store(terms.answered_when_given_up, std::memory_order_relaxed);
  // In one order with what follows, as the loop sees it: either expire() and close() find the waiter, or it
  // is seen here that they have been.
  pending.waiter.store(&waiter);

  if (closed_.load()) loop_.post([this, peer, call = slot->call()] { complete(peer, call, ended); });
  if (terms.deadline_ns != 0) due_by(terms.deadline_ns);
  return slot->call();
}

void Calls::due_by(std::uint64_t deadline_ns) {
  // One timer for all: it is moved only when this call's deadline is the earliest, which is rare.
  std::uint64_t next = next_ns_.load();
  while (deadline_ns < next)
    if (next_ns_.compare_exchange_weak(next, deadline_ns))
      return loop_.post([this, deadline_ns] { arm(deadline_ns); });
}

Calls::Pending* Calls::find(std::uint64_t call) noexcept {
  auto slot = record::SlotId::of(call);
  if (slot.index >= pending_.size()) return nullptr;
  Pending& pending = pending_[slot.index];
  const bool waited_for = pending.waiter.load(std::memory_order_acquire) != nullptr;
  return waited_for && pending.call.load() == call ? &pending : nullptr;
}

void Calls::complete(const Peer* peer, std::uint64_t call, Answer answer) {
  Pending* pending = find(call);
  if (pending == nullptr || pending->peer.load() != peer) return;
  if (pending->given_up && answer.has_error() && answer.error().kind == ErrorKind::cancelled)
    return finish(*pending, failure_of(*pending->given_up, false), record::Outcome::abandoned);
  auto outcome = answer.has_value() ? record::Outcome::answered : record::Outcome::failed;
  finish(*pending, std::move(answer), outcome);
}

void Calls::moved(const Peer* peer, std::uint64_t call) {
  Pending* pending = find(call);
  if (pending == nullptr || pending->peer.load() != peer) return;
  if (pending->given_up)
    return finish(*pending, failure_of(*pending->given_up, false), record::Outcome::abandoned);
  if (!pending->waiter.load()->moved())
    finish(*pending, failure(ErrorKind::invalid, "the peer takes the call for one to another's object"),
           record::Outcome::failed);
}

bool Calls::redirect(std::uint64_t call, const Peer* peer, std::uint64_t object) {
  Pending* pending = find(call);
  if (pending == nullptr || pending->given_up) return false;
  pending->peer = peer;
  pending->order = object;
  recorder_.redirected(record::SlotId::of(call), object,
                       peer == nullptr ? recorder_.worker() : peer->address().id.value);
  return true;
}

void Calls::finish(Pending& pending, Answer answer, record::Outcome outcome) {
  Waiter* waiter = pending.waiter.exchange(nullptr, std::memory_order_acq_rel);
  if (waiter == nullptr) return;
  pending.given_up.reset();
  recorder_.release(record::SlotId::of(pending.call.load()), outcome, loop_.clock().now_ns());
  waiter->complete(std::move(answer));
}

void Calls::cancel(std::uint64_t call) {
  if (Pending* pending = find(call)) give_up(*pending, ErrorKind::cancelled);
}

void Calls::cancel_made_by(std::uint64_t parent) {
  for (Pending& pending : pending_)
    if (pending.waiter.load(std::memory_order_acquire) != nullptr && pending.parent.load() == parent)
      give_up(pending, ErrorKind::cancelled);
}

void Calls::give_up(Pending& pending, ErrorKind why) {
  if (pending.given_up) {  // the answer that was to come at once has not come
    if (why != ErrorKind::deadline) return;
    Failure what = failure_of(*pending.given_up, true);
    Waiter* waiter = pending.waiter.load();
    std::unique_ptr<Waiter> heir = waiter->heir();
    if (!heir) return finish(pending, std::move(what), record::Outcome::abandoned);
    pending.deadline_ns = 0;
    pending.waiter = heir.release();
    return waiter->complete(std::move(what));
  }
  if (given_up_) given_up_(pending.peer.load(), pending.order.load(), pending.call.load());
  if (!pending.answered_when_given_up)
    return finish(pending, failure_of(why, true), record::Outcome::abandoned);
  pending.given_up = why;
  std::uint64_t until_ns = loop_.clock().now_ns() + ns_of(limits::given_up_wait);
  pending.deadline_ns = until_ns;
  due_by(until_ns);
}

void Calls::fail_all(const Peer& peer, const Failure& failure, const std::vector<std::uint64_t>& unsent) {
  // Whoever is told may call again at once: that is another call.
  std::vector<std::pair<Pending*, std::uint64_t>> ended;
  for (Pending& pending : pending_)
    if (pending.waiter.load(std::memory_order_acquire) != nullptr && pending.peer.load() == &peer)
      ended.emplace_back(&pending, pending.call.load());
  for (auto [pending, call] : ended) {
    if (pending->call.load() != call) continue;
    Failure reason = failure;
    if (std::find(unsent.begin(), unsent.end(), call) != unsent.end()) reason.may_have_run = false;
    finish(*pending, std::move(reason), record::Outcome::abandoned);
  }
}

void Calls::close(const Failure& failure) {
  closed_ = true;
  timer_->cancel();
  for (Pending& pending : pending_) finish(pending, failure, record::Outcome::abandoned);
}

bool Calls::any_for(const Peer& peer) const noexcept {
  for (const Pending& pending : pending_)
    if (pending.waiter.load(std::memory_order_acquire) != nullptr && pending.peer.load() == &peer)
      return true;
  return false;
}

void Calls::arm(std::uint64_t at_ns) {
  if (at_ns == next_ns_.load() && !closed_) timer_->arm(at_ns, [this] { expire(); });
}

void Calls::expire() {
  next_ns_.store(UINT64_MAX);
  std::uint64_t now = loop_.clock().now_ns();
  std::uint64_t next = UINT64_MAX;
  for (Pending& pending : pending_) {
    if (pending.waiter.load() == nullptr) continue;
    std::uint64_t deadline = pending.deadline_ns.load(std::memory_order_relaxed);
    if (deadline == 0) continue;
    if (deadline > now) {
      next = std::min(next, deadline);
      continue;
    }
    give_up(pending, ErrorKind::deadline);
  }
  std::uint64_t current = next_ns_.load();
  while (next < current)
    if (next_ns_.compare_exchange_weak(current, next)) return arm(next);
}

}  // namespace circuit::lang
