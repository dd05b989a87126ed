// A call, blocking or not, from the public templates to the node.
#include <algorithm>
#include <fmt/format.h>
#include <stop_token>
#include <utility>

#include <circuit/detail/call.hpp>
#include <circuit/function.hpp>

#include "lang/context.hpp"
#include "lang/node.hpp"

namespace circuit::lang {
namespace {

/// A Target for an object of this process. `pinned`: its permanent id; 0: it is counted.
class LocalTarget final : public Target {
 public:
  LocalTarget(Node& node, ServantPointer servant, std::uint64_t pinned)
      : life_(node.life()),
        address_(node.own_address()),
        names_(servant->interfaces()),
        servant_(std::move(servant)),
        pinned_(pinned) {}
  const Address& address() const override { return address_; }
  // Unless it is pinned, an id is given when the object first leaves the process.
  std::uint64_t object() const override { return pinned_; }
  bool permanent() const noexcept override { return pinned_ != 0; }
  const InterfaceNames& interfaces() const override { return names_; }
  Node& node() const override { return life_->living(); }
  const ServantPointer& servant() const noexcept { return servant_; }

 private:
  const std::shared_ptr<const Life> life_;
  const Address address_;
  const InterfaceNames names_;
  const ServantPointer servant_;
  const std::uint64_t pinned_;
};

/// An object of this process has an id only while someone holds it: a call to it does.
class HeldObject {
 public:
  HeldObject(Node& node, const TargetPointer& target)
      : life_(node.life()), object_(node.exports().hold(local_servant(target), node.own_id())) {}
  HeldObject(HeldObject&& other) noexcept
      : life_(std::move(other.life_)), object_(std::exchange(other.object_, 0)) {}
  HeldObject& operator=(HeldObject&&) = delete;
  ~HeldObject() {
    if (Node* node = object_ != 0 ? life_->node() : nullptr)
      node->exports().release(node->own_id(), object_, 1);
  }
  std::uint64_t object() const noexcept { return object_; }

 private:
  std::shared_ptr<const Life> life_;
  std::uint64_t object_;
};

/// Waits for the answer of a call that nobody blocks for. Owns itself until it comes.
class StartedCall final : public Waiter {
 public:
  StartedCall(std::unique_ptr<Completion> completion, std::optional<HeldObject> held)
      : completion_(std::move(completion)), held_(std::move(held)) {}

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
    return heir ? std::make_unique<StartedCall>(std::move(heir), std::nullopt) : nullptr;
  }

 private:
  std::unique_ptr<Completion> completion_;
  std::optional<HeldObject> held_;
  std::shared_ptr<CancelPoint> cancel_ = std::make_shared<CancelPoint>();
  std::optional<std::stop_callback<Canceller>> on_stop_;
};

/// A seat whose answer may be left to somebody else.
class BlockingWaiter final : public Seat {
 public:
  explicit BlockingWaiter(std::unique_ptr<Completion> heir) : heir_(std::move(heir)) {}

  std::unique_ptr<Waiter> heir() override {
    return heir_ ? std::make_unique<StartedCall>(std::move(heir_), std::nullopt) : nullptr;
  }

 private:
  std::unique_ptr<Completion> heir_;
};

}  // namespace

bool InterfaceNames::include(std::string_view interface) const noexcept {
  return name == interface || std::find(bases.begin(), bases.end(), interface) != bases.end();
}

TargetPointer make_local_target(Node& node, ServantPointer servant) {
  return std::make_shared<LocalTarget>(node, std::move(servant), 0);
}

TargetPointer make_permanent_target(const TargetPointer& target) {
  if (target->permanent()) return target;
  ServantPointer servant = local_servant(target);
  if (!servant)
    throw Error(ErrorKind::invalid,
                "a permanent reference is made by the process in which the object lives, which is " +
                    target->address().string());
  std::uint64_t object = target->node().exports().pin(servant);
  return std::make_shared<LocalTarget>(target->node(), std::move(servant), object);
}

ServantPointer local_servant(const TargetPointer& target) {
  auto local = std::dynamic_pointer_cast<LocalTarget>(target);
  return local ? local->servant() : nullptr;
}

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
  State(TargetPointer t, PeerPointer p, std::uint64_t m, CallOptions o)
      : target(std::move(t)),
        node(target->node()),
        peer(std::move(p)),
        method(m),
        options(std::move(o)),
        references(node, peer),
        encoder(body, &references) {
    body.extend(wire::CallHead::size);
  }

  void send(const wire::CallHead& head, CancelPoint* cancel, Waiter& waiter);

  TargetPointer target;
  Node& node;
  PeerPointer peer;
  std::uint64_t method;
  CallOptions options;
  bool last_word = false;
  Buffer body;
  ReferenceSession references;
  Encoder encoder;
};

OutgoingCall::OutgoingCall(const TargetPointer& target, std::uint64_t method, CallOptions options,
                           std::string_view name) {
  PeerPointer peer;
  if (auto import = std::dynamic_pointer_cast<Import>(target)) {
    peer = import->owner();
    if (auto broken = import->broken()) throw Error(std::move(*broken));
  }
  state_ = std::make_unique<State>(target, std::move(peer), method, std::move(options));
  if (name.empty())
    if (const Function* function = find_function(method)) name = function->descriptor;
  node().recorder().name(method, name);
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
  CallTerms terms{node.deadline_for(options), last_word, cancel};
  node.send_call(peer, head, std::move(body), references, terms, waiter);
  // The caller may have given up after the check and before the call could be found by its parent.
  if (given_up_here(node)) cancel->cancel();
}

Reply OutgoingCall::run(std::unique_ptr<Completion> heir) {
  Node& node = state_->node;
  if (node.loop().on_loop())
    throw Error(ErrorKind::refused,
                "a blocking call on the I/O thread would wait for itself: take inline_calls off the "
                "interface, so that its calls run in the pool");
  if (given_up_here(node) || state_->options.stop.stop_requested())
    throw Error(ErrorKind::cancelled, given_up_text);
  std::optional<HeldObject> held;
  if (!state_->peer) held.emplace(node, state_->target);
  BlockingWaiter waiter(std::move(heir));
  CancelPoint cancel;
  std::stop_callback on_stop(state_->options.stop, [&cancel] { cancel.cancel(); });
  const std::uint64_t object = held ? held->object() : state_->target->object();
  const wire::CallHead head = node.head_for(object, state_->method, true);
  Seats::Taken taken(node.pool().seats(), head.chain, waiter);
  state_->send(head, &cancel, waiter);
  return result_of(node, waiter.wait());
}

Canceller OutgoingCall::start(std::unique_ptr<Completion> completion) {
  Node& node = state_->node;
  std::optional<HeldObject> held;
  if (!state_->peer) held.emplace(node, state_->target);
  std::uint64_t object = held ? held->object() : state_->target->object();
  auto* started = new StartedCall(std::move(completion), std::move(held));
  if (given_up_here(node) || state_->options.stop.stop_requested()) {
    node.loop().post([started] { started->complete(failure(ErrorKind::cancelled, given_up_text)); });
    return {};
  }
  std::shared_ptr<CancelPoint> cancel = started->cancel_point();
  started->watch(state_->options.stop);
  // From here on it may be gone.
  state_->send(node.head_for(object, state_->method, false), cancel.get(), *started);
  return Canceller(std::move(cancel));
}

void Canceller::operator()() const {
  if (point_) point_->cancel();
}

std::stop_token current_stop_token() {
  const Context* context = current_context();
  return context != nullptr && context->incoming != nullptr ? context->incoming->stop_token()
                                                            : std::stop_token();
}

}  // namespace circuit::lang
