#include "lang/calls.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "lang/peer.hpp"

namespace circuit::lang {
namespace {

const Failure ended = failure(ErrorKind::cancelled, "this runtime has ended");

}  // namespace

Calls::Calls(record::Recorder& recorder, link::Loop& loop)
    : recorder_(recorder), loop_(loop), pending_(limits::call_slots), timer_(loop.make_timer()) {}

std::optional<std::uint64_t> Calls::begin(const Peer* peer, const wire::CallHead& head, ByteView arguments,
                                          std::uint64_t deadline_ns, Waiter& waiter) {
  record::CallFacts facts{};
  facts.direction = record::Direction::outgoing;
  facts.state = record::CallState::waiting;
  facts.parent = head.parent;
  facts.chain = head.chain;
  facts.object = head.object;
  facts.method = head.method;
  facts.peer = peer == nullptr ? recorder_.worker() : peer->address().id.value;
  facts.started_ns = loop_.clock().now_ns();
  facts.deadline_ns = deadline_ns;
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
  pending.deadline_ns.store(deadline_ns, std::memory_order_relaxed);
  // In one order with what follows, as the loop sees it: either expire() and close() find the waiter, or it
  // is seen here that they have been.
  pending.waiter.store(&waiter);

  if (closed_.load()) loop_.post([this, peer, call = slot->call()] { complete(peer, call, ended); });
  // One timer for all: it is moved only when this call's deadline is the earliest, which is rare.
  std::uint64_t next = next_ns_.load();
  while (deadline_ns != 0 && deadline_ns < next)
    if (next_ns_.compare_exchange_weak(next, deadline_ns)) {
      loop_.post([this, deadline_ns] { arm(deadline_ns); });
      break;
    }
  return slot->call();
}

void Calls::complete(const Peer* peer, std::uint64_t call, Answer answer) {
  auto slot = record::SlotId::of(call);
  if (slot.index >= pending_.size()) return;
  Pending& pending = pending_[slot.index];
  if (pending.waiter.load(std::memory_order_acquire) == nullptr || pending.call.load() != call ||
      pending.peer.load() != peer)
    return;
  auto outcome = answer.has_value() ? record::Outcome::answered : record::Outcome::failed;
  finish(pending, std::move(answer), outcome);
}

void Calls::finish(Pending& pending, Answer answer, record::Outcome outcome) {
  Waiter* waiter = pending.waiter.exchange(nullptr, std::memory_order_acq_rel);
  if (waiter == nullptr) return;
  recorder_.release(record::SlotId::of(pending.call.load()), outcome, loop_.clock().now_ns());
  waiter->complete(std::move(answer));
}

void Calls::fail_all(const Peer& peer, const Failure& failure) {
  for (Pending& pending : pending_)
    if (pending.waiter.load(std::memory_order_acquire) != nullptr && pending.peer.load() == &peer)
      finish(pending, failure, record::Outcome::abandoned);
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
    if (expired_) expired_(pending.peer.load(), pending.call.load());
    finish(pending, Failure{ErrorKind::deadline, "no answer came within the time given", {}, true},
           record::Outcome::abandoned);
  }
  std::uint64_t current = next_ns_.load();
  while (next < current)
    if (next_ns_.compare_exchange_weak(current, next)) return arm(next);
}

}  // namespace circuit::lang
