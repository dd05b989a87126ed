#include "lang/promise.hpp"

#include <fmt/format.h>

#include <circuit/x.hpp>

#include "base/limits.hpp"
#include "lang/local_target.hpp"
#include "lang/node.hpp"

namespace circuit::lang {

/// Stands between a call through a promise and who waits for it. Owns itself until the call has ended.
class PromisedCall final : public Waiter {
 public:
  PromisedCall(std::shared_ptr<Promise> promise, std::uint64_t sequence, Waiter& waiter)
      : promise_(std::move(promise)), sequence_(sequence), waiter_(waiter) {}

  void complete(Answer answer) override {
    std::unique_ptr<PromisedCall> self(this);
    promise_->ended(sequence_);
    waiter_.complete(std::move(answer));
  }
  std::unique_ptr<Waiter> heir() override { return waiter_.heir(); }
  bool moved() override {
    // Sending it again may end it, and this with it.
    const std::shared_ptr<Promise> promise = promise_;
    promise->moved(sequence_);
    return true;
  }
  /// Keeps an object of this process while the call is under way.
  void hold(HeldObject held) { held_.emplace(std::move(held)); }

 private:
  const std::shared_ptr<Promise> promise_;
  const std::uint64_t sequence_;
  Waiter& waiter_;
  std::optional<HeldObject> held_;
};

// -- what came of it ----------------------------------------------------------------------------------------

TargetPointer settled(const TargetPointer& target) {
  auto promise = std::dynamic_pointer_cast<Promise>(target);
  return promise ? promise->settled() : target;
}

TargetPointer Promise::settled() const {
  std::unique_lock lock(mutex_);
  if (is_open() && node().loop().on_loop())
    throw Error(ErrorKind::refused,
                "the I/O thread would wait for a reference that it has to bring itself: use it in the pool");
  changed_.wait(lock, [this] { return !is_open(); });
  if (target_) return *target_;
  throw Error(*failure_);
}

const Address& Promise::address() const {
  const TargetPointer target = settled();  // lives on in target_
  if (!target) throw Error(ErrorKind::invalid, "the call has returned an empty reference");
  return target->address();
}

std::uint64_t Promise::object() const {
  const TargetPointer target = settled();
  return target ? target->object() : 0;
}

void Promise::begun(std::uint64_t call, bool sent) {
  std::lock_guard lock(mutex_);
  call_ = call;
  kept_there_ = sent;
}

void Promise::resolve(TargetPointer target) {
  {
    std::lock_guard lock(mutex_);
    auto import = std::dynamic_pointer_cast<Import>(target);
    here_ = kept_there_ && target && (import ? import->owner() : nullptr) == callee_;
    if (!target) failure_ = circuit::failure(ErrorKind::invalid, "a call through an empty reference");
    target_ = std::move(target);
  }
  changed_.notify_all();
  flush();
  forget_when_done();
}

void Promise::fail(const Failure& failure) {
  {
    std::lock_guard lock(mutex_);
    failure_ = failure;
    failure_->may_have_run = false;  // that is said of the calls through it
  }
  changed_.notify_all();
  flush();
  forget_when_done();
}

void PromiseCompletion::complete(Reply reply) {
  try {
    X x = reply.value<X>();
    if (x) require_interface(x.target(), promise_->interfaces().name);
    promise_->resolve(x.target());
  } catch (const Error& error) {
    promise_->fail(error.failure());
  }
}

// -- calls through it ---------------------------------------------------------------------------------------

TargetPointer Promise::enter() {
  std::lock_guard lock(mutex_);
  if (failure_) throw Error(*failure_);
  if (target_ && (here_ || kept_.empty())) return *target_;
  ++entered_;
  return nullptr;
}

void Promise::leave() {
  {
    std::lock_guard lock(mutex_);
    --entered_;
  }
  forget_when_done();
}

void Promise::send(wire::CallHead head, Buffer body, ReferenceSession& references, const CallTerms& terms,
                   Waiter& waiter) {
  Node& node = references.node();
  Kept kept;
  std::optional<Failure> refused;
  std::uint64_t sequence;
  {
    std::lock_guard lock(mutex_);
    --entered_;
    sequence = ++last_sequence_;
    refused = failure_;
    if (!refused && kept_bytes_ + body.size() > limits::kept_argument_bytes)
      refused = circuit::failure(ErrorKind::overloaded,
                                 "too many arguments wait for a reference that is not there yet");
    if (!refused) {
      kept.sent = kept_there_ && (is_open() || here_);
      if (kept.sent) {
        head.object = call_;
        head.to_result = true;
        ++sent_;
      }
      kept_[sequence].sent = kept.sent;
    }
  }
  if (refused) {
    forget_when_done();
    return node.fail_call(waiter, std::move(*refused));
  }
  kept.waiter = new PromisedCall(shared_from_this(), sequence, waiter);
  auto call = node.begin_call(callee_, head, body, terms, *kept.waiter);
  if (call.has_error()) {
    delete kept.waiter;
    ended(sequence);
    return node.fail_call(waiter, std::move(call.error()));
  }
  if (terms.promise != nullptr) terms.promise->begun(*call, kept.sent);
  kept.call = *call;
  kept.head = head;
  kept.deadline_ns = terms.deadline_ns;
  kept.signature = terms.signature;
  kept.references = references.targets();
  kept.complete = true;
  // Within this process the body itself is handed over.
  const bool taken = kept.sent && !callee_;
  if (taken) kept.body = Buffer(body.view());
  if (kept.sent) node.transmit(callee_, *call, body, references, terms);
  if (!kept.sent && terms.cancel != nullptr) terms.cancel->started(node, *call);
  if (!taken) kept.body = std::move(body);
  keep(sequence, std::move(kept));
}

void Promise::keep(std::uint64_t sequence, Kept kept) {
  {
    std::lock_guard lock(mutex_);
    auto place = kept_.find(sequence);
    if (place == kept_.end()) return;  // it has ended already
    kept.moved = place->second.moved;
    kept_bytes_ += kept.body.size();
    place->second = std::move(kept);
  }
  flush_later();
}

void Promise::ended(std::uint64_t sequence) {
  {
    std::lock_guard lock(mutex_);
    auto place = kept_.find(sequence);
    if (place == kept_.end()) return;
    if (place->second.sent && !place->second.moved) --sent_;
    kept_bytes_ -= place->second.body.size();
    kept_.erase(place);
  }
  forget_when_done();
  flush_later();
}

void Promise::moved(std::uint64_t sequence) {
  {
    std::lock_guard lock(mutex_);
    auto place = kept_.find(sequence);
    if (place == kept_.end() || !place->second.sent || place->second.moved) return;
    place->second.moved = true;
    --sent_;
  }
  flush();
  forget_when_done();
}

// -- sending them again -------------------------------------------------------------------------------------

void Promise::flush_later() {
  {
    std::lock_guard lock(mutex_);
    if (is_open() || kept_.empty() || !kept_.begin()->second.ready()) return;
  }
  if (Node* node = life_->node()) node->loop().post([self = shared_from_this()] { self->flush(); });
}

void Promise::flush() {
  for (;;) {
    std::uint64_t sequence;
    Kept next;
    {
      std::lock_guard lock(mutex_);
      if (is_open() || kept_.empty() || !kept_.begin()->second.ready()) return;
      sequence = kept_.begin()->first;
      Kept& first = kept_.begin()->second;
      kept_bytes_ -= first.body.size();
      next = std::move(first);
      first.body = Buffer();
      first.complete = false;
    }
    resend(next);
    // Only now: as long as it stands there, no newer call goes past it.
    std::lock_guard lock(mutex_);
    kept_.erase(sequence);
  }
}

void Promise::resend(Kept& kept) {
  Node* node = life_->node();
  if (node == nullptr) return;
  if (failure_) return node->calls().complete(callee_.get(), kept.call, *failure_);
  const TargetPointer target = *target_;
  auto import = std::dynamic_pointer_cast<Import>(target);
  const PeerPointer peer = import ? import->owner() : nullptr;
  std::optional<HeldObject> held;
  if (!import) held.emplace(*node, target);

  wire::CallHead head = kept.head;
  head.object = import ? import->object() : held->object();
  head.to_result = head.keep_result = false;
  if (!node->calls().redirect(kept.call, peer.get(), head.object)) return;
  if (held) kept.waiter->hold(std::move(*held));
  auto fail = [&](Failure why) { node->calls().complete(peer.get(), kept.call, std::move(why)); };
  if (import)
    if (auto broken = import->broken()) return fail(std::move(*broken));
  if (!node->set_remaining(head, kept.deadline_ns))
    return fail(circuit::failure(ErrorKind::deadline, "the time was over before the call could be sent"));
  Buffer body;
  head.write(body.extend(wire::CallHead::size));
  ReferenceSession references(*node, peer);
  Encoder encoder(body, &references);
  rewrite(kept.body.view().subspan(wire::CallHead::size), kept.references, body, encoder);
  CallTerms terms;
  terms.order = head.object;
  terms.signature = kept.signature;
  node->transmit(peer, kept.call, body, references, terms);
}

void Promise::forget_when_done() {
  {
    std::lock_guard lock(mutex_);
    if (is_open() || entered_ > 0 || sent_ > 0 || !kept_there_ || forgotten_) return;
    forgotten_ = true;
  }
  if (Node* node = life_->node()) node->tell_forgotten(callee_, call_);
}

}  // namespace circuit::lang
