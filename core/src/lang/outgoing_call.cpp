// A call, blocking or not, from the public templates to the node.
#include <stop_token>
#include <utility>

#include <circuit/detail/call.hpp>
#include <circuit/function.hpp>

#include "lang/context.hpp"
#include "lang/local_target.hpp"
#include "lang/node.hpp"
#include "lang/promise.hpp"

namespace circuit::lang {
namespace {

/// Waits for the answer of a call that nobody blocks for. Owns itself until it comes.
class StartedCall final : public Waiter {
 public:
  /// `target` is held until the call has ended: a drop must not come to the callee before the call.
  StartedCall(std::unique_ptr<Completion> completion, TargetPointer target, std::optional<HeldObject> held)
      : completion_(std::move(completion)), target_(std::move(target)), held_(std::move(held)) {}

  /// Cancels the call when `stop` is requested.
  void watch(const std::stop_token& stop) {
    if (stop.stop_possible()) on_stop_.emplace(stop, Canceller(cancel_));
  }
  const std::shared_ptr<CancelPoint>& cancel_point() const noexcept { return cancel_; }

  void complete(Answer answer) override {
    std::unique_ptr<StartedCall> self(this);
    on_stop_.reset();
    if (answer.has_error())
      completion_->fail(answer.error());
    else
      completion_->complete(std::move(*answer));
  }
  std::unique_ptr<Waiter> heir() override {
    std::unique_ptr<Completion> heir = completion_->heir();
    return heir ? std::make_unique<StartedCall>(std::move(heir), nullptr, std::nullopt) : nullptr;
  }

 private:
  std::unique_ptr<Completion> completion_;
  TargetPointer target_;
  std::optional<HeldObject> held_;
  std::shared_ptr<CancelPoint> cancel_ = std::make_shared<CancelPoint>();
  std::optional<std::stop_callback<Canceller>> on_stop_;
};

/// A seat whose answer may be left to somebody else.
class BlockingWaiter final : public Seat {
 public:
  explicit BlockingWaiter(std::unique_ptr<Completion> heir) : heir_(std::move(heir)) {}

  std::unique_ptr<Waiter> heir() override {
    return heir_ ? std::make_unique<StartedCall>(std::move(heir_), nullptr, std::nullopt) : nullptr;
  }

 private:
  std::unique_ptr<Completion> heir_;
};

/// Where a call goes.
struct Way {
  /// Throws what is known to be wrong with the target.
  static Way to(const TargetPointer& target);

  TargetPointer target;
  /// Null: this process.
  PeerPointer peer;
  /// The target, while that is not there yet: it is asked to send the call, or left.
  std::shared_ptr<Promise> promise;
  /// 0: that of the object.
  std::uint64_t order = 0;
};

Way Way::to(const TargetPointer& target) {
  if (auto import = std::dynamic_pointer_cast<Import>(target)) {
    if (auto broken = import->broken()) throw Error(std::move(*broken));
    return {target, import->owner(), nullptr, 0};
  }
  auto promise = std::dynamic_pointer_cast<Promise>(target);
  if (!promise) return {target, nullptr, nullptr, 0};
  const TargetPointer there = promise->enter();
  if (!there) return {target, promise->callee(), promise, promise->order()};
  Way way = to(there);
  if (way.peer == promise->callee()) way.order = promise->order();
  return way;
}

}  // namespace

Reply::Reply(Buffer body, std::unique_ptr<ReferenceDecoder> references)
    : body_(std::move(body)), references_(std::move(references)) {}
Reply::Reply(Reply&&) noexcept = default;
Reply::~Reply() = default;

void Reply::check(const Decoder& decoder) const {
  if (decoder.ok() && decoder.rest().empty()) return;
  const std::string why = decoder.ok() ? "something is left over after it" : decoder.error();
  Failure what = failure(ErrorKind::invalid, "the result does not fit: " + why);
  what.may_have_run = true;
  throw Error(std::move(what));
}

struct OutgoingCall::State {
  State(Way w, std::uint64_t m, CallOptions o)
      : way(std::move(w)),
        node(way.target->node()),
        method(m),
        options(std::move(o)),
        references(node, way.peer),
        encoder(body, &references) {
    body.extend(wire::CallHead::size);
  }
  ~State() {
    if (way.promise) way.promise->leave();
  }

  /// Of the callee; an object of this process is given one for the time of the call.
  std::uint64_t object(std::optional<HeldObject>& held) const {
    if (way.promise) return 0;  // which knows it when the call is sent
    if (!way.peer) held.emplace(node, way.target);
    return held ? held->object() : way.target->object();
  }
  void send(const wire::CallHead& head, CancelPoint* cancel, Waiter& waiter);

  Way way;
  Node& node;
  std::uint64_t method;
  CallOptions options;
  bool last_word = false;
  /// What stands for the result, if that may be called before it is there.
  std::shared_ptr<Promise> result;
  std::string_view signature;
  Buffer body;
  ReferenceSession references;
  Encoder encoder;
};

OutgoingCall::OutgoingCall(const TargetPointer& target, std::uint64_t method, CallOptions options,
                           std::string_view name)
    : state_(std::make_unique<State>(Way::to(target), method, std::move(options))) {
  if (name.empty())
    if (const Function* function = find_function(method)) name = function->descriptor;
  node().recorder().name(method, name);
  if (name.find('(') != std::string_view::npos) state_->signature = name;
}

OutgoingCall::~OutgoingCall() = default;
OutgoingCall::OutgoingCall(OutgoingCall&&) noexcept = default;
OutgoingCall& OutgoingCall::operator=(OutgoingCall&&) noexcept = default;

Encoder& OutgoingCall::arguments() noexcept { return state_->encoder; }

Node& OutgoingCall::node() const { return state_->node; }

void OutgoingCall::cancel_on(std::stop_token stop) noexcept { state_->options.stop = std::move(stop); }

void OutgoingCall::wait_for_last_word() noexcept { state_->last_word = true; }

namespace {

constexpr const char* given_up_text = "the call was cancelled before it was sent";

void require_may_block(Node& node) {
  if (!node.loop().on_loop()) return;
  throw Error(
      ErrorKind::refused,
      "a blocking call on the I/O thread would wait for itself: take inline_calls off the interface, so "
      "that its calls run in the pool");
}

/// Whether the caller of the call that runs on this thread has given it up: what it calls is given up with
/// it.
bool given_up_here(const Node& node) {
  const Context* context = current_context();
  return context != nullptr && context->node == &node && context->incoming != nullptr &&
         context->incoming->given_up();
}

/// The result. A call whose end is not known may go on somewhere, in the chain of the call that runs here.
Reply result_of(Node& node, Answer answer) {
  if (answer.has_error() && answer.error().may_have_run && answer.error().kind != ErrorKind::failed)
    change_chain(node.new_chain());
  return value_or_throw(std::move(answer));
}

}  // namespace

void OutgoingCall::State::send(const wire::CallHead& head, CancelPoint* cancel, Waiter& waiter) {
  CallTerms terms{node.deadline_for(options), last_word, cancel, result.get(), way.order, signature};
  if (auto promise = std::exchange(way.promise, nullptr))
    promise->send(head, std::move(body), references, terms, waiter);
  else
    node.send_call(way.peer, head, std::move(body), references, terms, waiter);
  // The caller may have given up after the check and before the call could be found by its parent.
  if (given_up_here(node)) cancel->cancel();
}

Reply OutgoingCall::run(std::unique_ptr<Completion> heir) {
  Node& node = state_->node;
  require_may_block(node);
  if (given_up_here(node) || state_->options.stop.stop_requested())
    throw Error(ErrorKind::cancelled, given_up_text);
  std::optional<HeldObject> held;
  const std::uint64_t object = state_->object(held);
  BlockingWaiter waiter(std::move(heir));
  CancelPoint cancel;
  std::stop_callback on_stop(state_->options.stop, [&cancel] { cancel.cancel(); });
  const wire::CallHead head = node.head_for(object, state_->method, true);
  Seats::Taken taken(node.pool().seats(), head.chain, waiter);
  state_->send(head, &cancel, waiter);
  return result_of(node, waiter.wait());
}

Canceller OutgoingCall::start(std::unique_ptr<Completion> completion) {
  Node& node = state_->node;
  std::optional<HeldObject> held;
  const std::uint64_t object = state_->object(held);
  auto* started = new StartedCall(std::move(completion), state_->way.target, std::move(held));
  if (given_up_here(node) || state_->options.stop.stop_requested()) {
    node.loop().post([started] { started->complete(failure(ErrorKind::cancelled, given_up_text)); });
    return {};
  }
  std::shared_ptr<CancelPoint> cancel = started->cancel_point();
  started->watch(state_->options.stop);
  // From here on it may be gone.
  wire::CallHead head = node.head_for(object, state_->method, false);
  head.keep_result = state_->result != nullptr;
  state_->send(head, cancel.get(), *started);
  return Canceller(std::move(cancel));
}

TargetPointer OutgoingCall::pipeline(InterfaceNames interfaces) {
  const Way& way = state_->way;
  const std::uint64_t order = way.order != 0 ? way.order : way.target->object();
  state_->result = std::make_shared<Promise>(state_->node.life(), way.peer, order, std::move(interfaces));
  start(std::make_unique<PromiseCompletion>(state_->result));
  return state_->result;
}

void Canceller::operator()() const {
  if (point_) point_->cancel();
}

void require_may_block() {
  if (const Context* context = current_context()) require_may_block(*context->node);
}

std::stop_token current_stop_token() {
  const Context* context = current_context();
  return context != nullptr && context->incoming != nullptr ? context->incoming->stop_token()
                                                            : std::stop_token();
}

}  // namespace circuit::lang
