#include "lang/node.hpp"

#include <algorithm>
#include <condition_variable>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "lang/acid.hpp"
#include "lang/process_servant.hpp"
#include "lang/promise.hpp"

namespace circuit::lang {
namespace {

wire::Hello hello_of(const Node::Parts& parts) {
  wire::Hello hello;
  hello.address = parts.address;
  hello.role = parts.role;
  hello.body_limit = limits::body_bytes;
  hello.call_limit = limits::call_slots;
  return hello;
}

/// Runs `job` on the loop and waits until it has run; here, where no thread runs the loop.
void run_on_loop(link::Loop& loop, const std::function<void()>& job) {
  if (!loop.running()) return job();
  std::mutex mutex;
  std::condition_variable done;
  bool ran = false;
  loop.post([&] {
    job();
    std::lock_guard lock(mutex);
    ran = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return ran; });
}

}  // namespace

Node::Node(Parts parts)
    : loop_(*parts.loop),
      random_(*parts.random),
      runtime_(parts.runtime),
      recorder_(std::move(parts.recorder)),
      chains_(random_.id()),
      calls_(*recorder_, loop_),
      incoming_calls_(recorder_->slots(), recorder_->slots()),
      exports_(random_),
      imports_(*this),
      peers_(loop_, *parts.transport, hello_of(parts), *this),
      dispatcher_(*this),
      pool_(loop_) {
  dispatcher_.publish(fixed_object::functions, std::make_shared<FunctionServant>());
  dispatcher_.publish(fixed_object::process, std::make_shared<ProcessServant>());
  value_or_throw(services_.add("acid", make_object_servant(make_acid(*this), interface_of<Acid>())));
  calls_.on_given_up([this](const Peer* peer, std::uint64_t order, std::uint64_t call) {
    if (peer == nullptr)
      return request_in_pool(give_up_incoming([call](const IncomingCall& incoming) {
        return incoming.peer() == nullptr && incoming.id() == call;
      }));
    if (PeerPointer asked = peers_.find(peer->address().id))
      static_cast<void>(asked->send(wire::FrameKind::cancel, call, {}, {}, false, order));
  });
}

Node::~Node() { stop(); }

void Node::stop() {
  if (stopped_.exchange(true)) return;
  std::vector<std::stop_source> stops;
  run_on_loop(loop_, [&] {
    peers_.close_all();
    calls_.close(failure(ErrorKind::cancelled, "this runtime has ended"));
    stops = give_up_incoming([](const IncomingCall&) { return true; });
  });
  for (std::stop_source& stop : stops) stop.request_stop();
  pool_.stop();
  // Objects may hold references of their own: they go while everything that these need is still there.
  dispatcher_.clear();
  services_.clear();
  handovers_.clear();
  results_.clear();
  exports_.clear();
  // Links finish on the loop what they have begun; after this none of them speaks to the node any more.
  run_on_loop(loop_, [this] { pool_.cancel_watch(); });
  life_->end();
}

std::shared_ptr<ExecutorTarget> Node::executor(
    std::shared_ptr<ExecutorTarget> (*make)(const std::shared_ptr<const Life>&)) {
  std::call_once(executor_made_, [&] { executor_ = make(life_); });
  return executor_;
}

// -- outgoing -----------------------------------------------------------------------------------------------

wire::CallHead Node::head_for(std::uint64_t object, std::uint64_t method, bool blocking) const {
  wire::CallHead head;
  head.object = object;
  head.method = method;
  const Context* context = current_context();
  if (context != nullptr && context->node == this) {
    head.parent = context->call;
    head.depth = static_cast<std::uint16_t>(context->depth + 1);
    if (blocking) head.chain = context->chain;
  }
  if (head.chain == 0) head.chain = new_chain();
  return head;
}

std::uint64_t Node::new_chain() const noexcept {
  for (;;)
    if (std::uint64_t chain = chains_.fetch_add(1) ^ own_id().value; chain != 0) return chain;
}

std::uint64_t Node::deadline_for(const CallOptions& options) const {
  std::uint64_t deadline = 0;
  // A time that is over already is no deadline of 0, which means none; and nobody waits for a century.
  constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 36500);
  std::chrono::milliseconds given = options.deadline.value_or(limits::call_deadline);
  if (given.count() != 0) {
    given = std::clamp(given, std::chrono::milliseconds(0), longest);
    deadline = clock().now_ns() + static_cast<std::uint64_t>(std::chrono::nanoseconds(given).count());
  }
  const Context* context = current_context();
  if (context != nullptr && context->node == this && context->deadline_ns != 0)
    deadline = deadline == 0 ? context->deadline_ns : std::min(deadline, context->deadline_ns);
  return deadline;
}

void Node::fail_call(Waiter& waiter, Failure failure) {
  if (!loop_.running()) return waiter.complete(std::move(failure));
  loop_.post([&waiter, failure = std::move(failure)] { waiter.complete(failure); });
}

bool Node::set_remaining(wire::CallHead& head, std::uint64_t deadline_ns) const {
  if (deadline_ns == 0) return true;
  const std::uint64_t now = clock().now_ns();
  if (deadline_ns <= now) return false;
  const std::uint64_t remaining_ms = (deadline_ns - now + 999'999) / 1'000'000;
  head.remaining_ms = static_cast<std::uint32_t>(std::min<std::uint64_t>(remaining_ms, UINT32_MAX));
  return true;
}

Result<std::uint64_t> Node::begin_call(const PeerPointer& peer, wire::CallHead& head, Buffer& body,
                                       const CallTerms& terms, Waiter& waiter) {
  if (stopped_) return failure(ErrorKind::cancelled, "this runtime has ended");
  if (body.size() > limits::body_bytes)
    return failure(ErrorKind::overloaded, fmt::format("the arguments have {} bytes, where {} are allowed",
                                                      body.size(), limits::body_bytes));
  if (head.depth >= limits::call_depth)
    return failure(ErrorKind::overloaded,
                   fmt::format("the chain of nested calls is deeper than {}", limits::call_depth));
  if (peer)
    if (auto verdict = peer->verdict()) return verdict->may_have_run = false, std::move(*verdict);
  if (!set_remaining(head, terms.deadline_ns))
    return failure(ErrorKind::deadline, "the time was over before the call was sent");
  head.write(body.data());
  auto call = calls_.begin(peer.get(), head, body.view().subspan(wire::CallHead::size), terms, waiter);
  if (!call)
    return failure(ErrorKind::overloaded,
                   fmt::format("{} calls are in flight already; wait for some of them", limits::call_slots));
  return *call;
}

void Node::transmit(const PeerPointer& peer, std::uint64_t call, Buffer& body, ReferenceSession& references,
                    const CallTerms& terms) {
  bool any = references.any();
  if (!peer) {
    references.commit();
    dispatcher_.dispatch(nullptr, call, std::move(body), any);
    if (terms.cancel != nullptr) terms.cancel->started(*this, call);
    return;
  }
  auto sent = peer->send_call(call, body, any, terms.order, terms.signature);
  if (sent.has_error()) {
    Failure unsent = sent.error();
    unsent.may_have_run = false;
    loop_.post([this, peer, call, unsent] { calls_.complete(peer.get(), call, unsent); });
    return;
  }
  references.commit();
  if (terms.cancel != nullptr) terms.cancel->started(*this, call);
}

void Node::send_call(const PeerPointer& peer, wire::CallHead head, Buffer body, ReferenceSession& references,
                     CallTerms terms, Waiter& waiter) {
  if (terms.order == 0) terms.order = head.object;
  auto call = begin_call(peer, head, body, terms, waiter);
  if (call.has_error()) return fail_call(waiter, std::move(call.error()));
  if (terms.promise != nullptr) terms.promise->begun(*call, true);
  transmit(peer, *call, body, references, terms);
}

void Node::cancel_call(std::uint64_t call) {
  if (stopped_) return;  // that has ended every call
  loop_.post([this, call] { calls_.cancel(call); });
}

void Node::send_answer(const PeerPointer& peer, wire::FrameKind kind, std::uint64_t call, Buffer body,
                       ReferenceSession& references) {
  bool any = references.any();
  if (peer) {
    if (peer->send(kind, call, body, {}, any).has_value()) references.commit();
    return;
  }
  references.commit();
  auto message = std::make_shared<wire::Message>();
  message->kind = kind;
  message->call = call;
  message->references = any;
  message->owned = std::move(body);
  message->body = message->owned;
  loop_.post([this, message] { answer_arrived(nullptr, *message); });
}

void Node::claim(const PeerPointer& owner, std::uint64_t object, const std::vector<WorkerId>& givers,
                 std::unique_ptr<Waiter> waiter) {
  Buffer body;
  body.extend(wire::CallHead::size);
  Encoder encoder(body);
  std::vector<std::uint64_t> ids;
  for (WorkerId giver : givers) ids.push_back(giver.value);
  encode_arguments(encoder, object, ids);
  ReferenceSession none(*this, owner);
  wire::CallHead head;
  head.object = fixed_object::process;
  head.method = ProcessServant::claim_id();
  head.chain = new_chain();
  // Without a deadline: a count that was given after the claimer has given up would be given back by nobody.
  send_call(owner, head, std::move(body), none, {}, *waiter.release());
}

void Node::tell_settled(const PeerPointer& giver, std::uint64_t handover) {
  static_cast<void>(giver->send(wire::FrameKind::settled, handover, {}));
}

void Node::tell_forgotten(const PeerPointer& callee, std::uint64_t call) {
  if (stopped_) return;
  if (!callee) return results_.forget(nullptr, call);
  static_cast<void>(callee->send(wire::FrameKind::forget, call, {}));
}

void Node::tell_dropped(const PeerPointer& owner, const wire::Drop& drop) {
  if (!stopped_) static_cast<void>(owner->send(wire::FrameKind::drop, 0, wire::encode_drops({drop})));
}

// -- incoming -----------------------------------------------------------------------------------------------

void Node::peer_message(const PeerPointer& peer, wire::Message& message) {
  using wire::FrameKind;
  switch (message.kind) {
    case FrameKind::call: {
      Buffer body = message.owned.empty() ? Buffer(message.body) : std::move(message.owned);
      return dispatcher_.dispatch(peer, message.call, std::move(body), message.references);
    }
    case FrameKind::reply:
    case FrameKind::failure:
    case FrameKind::moved: return answer_arrived(peer, message);
    case FrameKind::drop: {
      auto drops = wire::decode_drops(message.body);
      if (drops.has_error()) return log::warn("{}: {}", peer->address().string(), drops.error().text);
      for (const wire::Drop& drop : *drops) exports_.release(peer->address().id, drop.object, drop.count);
      return;
    }
    case FrameKind::settled: return handovers_.settle(peer.get(), message.call);
    case FrameKind::forget: return results_.forget(peer.get(), message.call);
    case FrameKind::signature: {
      std::string text;
      if (from_cbor(message.body, text)) signatures_.learn(message.call, std::move(text));
      return;
    }
    case FrameKind::cancel:
      return request_in_pool(give_up_incoming(
          [&](const IncomingCall& call) { return call.peer() == peer && call.id() == message.call; }));
    default: return;
  }
}

std::vector<std::stop_source> Node::give_up_incoming(const std::function<bool(const IncomingCall&)>& match) {
  std::vector<std::stop_source> stops;
  for (GivenUpCall& call : incoming_calls_.give_up(match)) {
    if (ServantPointer servant = call.servant.lock()) servant->call_given_up(call.recorded);
    if (call.stop) stops.push_back(std::move(*call.stop));
    calls_.cancel_made_by(call.recorded);
  }
  return stops;
}

void Node::request_in_pool(std::vector<std::stop_source> stops) {
  if (stops.empty()) return;
  auto request = [stops = std::move(stops)]() mutable {
    for (std::stop_source& stop : stops) stop.request_stop();
  };
  // The pool refuses only once it has been stopped, and with it all that these could stop.
  static_cast<void>(pool_.deliver(std::move(request)));
}

void Node::answer_arrived(const PeerPointer& peer, wire::Message& message) {
  if (message.kind == wire::FrameKind::moved) return calls_.moved(peer.get(), message.call);
  if (message.kind == wire::FrameKind::failure)
    return calls_.complete(peer.get(), message.call, wire::decode_failure(message.body));
  std::unique_ptr<ReceivedReferences> references;
  if (message.references) {
    auto taken = ReceivedReferences::take(*this, peer, message.body);
    if (taken.has_error()) return calls_.complete(peer.get(), message.call, taken.error());
    references = std::move(*taken);
  }
  Buffer body = message.owned.empty() ? Buffer(message.body) : std::move(message.owned);
  calls_.complete(peer.get(), message.call, Answer(Reply(std::move(body), std::move(references))));
}

void Node::peer_opened(const PeerPointer& peer) {
  if (observer_ != nullptr) observer_->peer_opened(peer);
}

void Node::peer_died(const PeerPointer& peer, const Failure& verdict) {
  calls_.fail_all(*peer, verdict);
  exports_.release_all(*peer);
  results_.forget_all(*peer);
  handovers_.settle_all(*peer);
  // A worker function is not given up: what its spawner's death means is the worker's own affair.
  request_in_pool(give_up_incoming([&](const IncomingCall& call) {
    return call.peer() == peer && call.head().object != fixed_object::functions;
  }));
  if (observer_ != nullptr) observer_->peer_died(peer, verdict);
}

void Node::peer_lost(const PeerPointer& peer, const Failure& reason,
                     const std::vector<UnsentMessage>& unsent) {
  std::vector<std::uint64_t> calls;
  for (const UnsentMessage& message : unsent) {
    const bool is_call = message.kind == wire::FrameKind::call;
    if (is_call) calls.push_back(message.call);
    if (message.references)
      take_back(*this, peer, message.body.view().subspan(is_call ? wire::CallHead::size : 0));
  }
  calls_.fail_all(*peer, reason, calls);
  if (observer_ != nullptr) observer_->peer_lost(peer, reason);
}

bool Node::admit_function(IncomingCall& call, const Function& function) {
  if (host_ != nullptr) return host_->admit(call, function);
  call.fail(failure(ErrorKind::refused,
                    fmt::format("{} is no worker: it runs no functions for others", own_address().string())));
  return false;
}

void Node::function_ended(bool returned) {
  if (host_ != nullptr) host_->ended(returned);
}

}  // namespace circuit::lang
