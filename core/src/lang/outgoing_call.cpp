// A blocking call, from the public templates to the node.
#include <condition_variable>
#include <fmt/format.h>
#include <mutex>

#include <circuit/detail/call.hpp>
#include <circuit/function.hpp>

#include "lang/context.hpp"
#include "lang/node.hpp"

namespace circuit::lang {
namespace {

/// A Target for an object of this process.
class LocalTarget final : public Target {
 public:
  LocalTarget(Node& node, ServantPointer servant)
      : life_(node.life()), address_(node.own_address()), servant_(std::move(servant)) {}
  const Address& address() const override { return address_; }
  // An id is given when the object first leaves the process.
  std::uint64_t object() const override { return 0; }
  const std::string& interface() const override { return servant_->interface(); }
  Node& node() const override { return life_->living(); }
  const ServantPointer& servant() const noexcept { return servant_; }

 private:
  const std::shared_ptr<const Life> life_;
  const Address address_;
  const ServantPointer servant_;
};

/// Puts the calling thread to sleep until the answer is there.
class BlockingWaiter final : public Waiter {
 public:
  void complete(Answer answer) override {
    std::lock_guard lock(mutex_);
    answer_.emplace(std::move(answer));
    done_.notify_one();  // under the lock: the waiter may be gone as soon as it is free
  }
  Answer wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return answer_.has_value(); });
    return std::move(*answer_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::optional<Answer> answer_;
};

}  // namespace

TargetPointer make_local_target(Node& node, ServantPointer servant) {
  return std::make_shared<LocalTarget>(node, std::move(servant));
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
        peer(std::move(p)),
        method(m),
        options(o),
        references(target->node(), peer),
        encoder(body, &references) {
    body.extend(wire::CallHead::size);
  }

  TargetPointer target;
  PeerPointer peer;
  std::uint64_t method;
  CallOptions options;
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
  state_ = std::make_unique<State>(target, std::move(peer), method, options);
  if (name.empty())
    if (const Function* function = find_function(method)) name = function->descriptor;
  target->node().recorder().name(method, name);
}

OutgoingCall::~OutgoingCall() = default;

Encoder& OutgoingCall::arguments() noexcept { return state_->encoder; }

namespace {

/// The result. A call whose end is not known may go on somewhere, in the chain of the call that runs here.
Reply result_of(Node& node, Answer answer) {
  if (answer.has_error() && answer.error().may_have_run && answer.error().kind != ErrorKind::failed)
    change_chain(node.new_chain());
  return value_or_throw(std::move(answer));
}

}  // namespace

Reply OutgoingCall::run() {
  State& state = *state_;
  Node& node = state.target->node();
  if (node.loop().on_loop())
    throw Error(ErrorKind::refused,
                "a blocking call on the I/O thread would wait for itself: take inline_calls off the "
                "interface, so that its calls run in the pool");
  BlockingWaiter waiter;
  if (!state.peer) {
    // The object has an id only while someone holds it: this call does.
    ServantPointer servant = local_servant(state.target);
    std::uint64_t object = node.exports().hold(servant, node.own_id());
    node.send_call(nullptr, node.head_for(object, state.method, true), std::move(state.body),
                   state.references, node.deadline_for(state.options), waiter);
    Answer answer = waiter.wait();
    node.exports().release(node.own_id(), object, 1);
    return result_of(node, std::move(answer));
  }
  node.send_call(state.peer, node.head_for(state.target->object(), state.method, true), std::move(state.body),
                 state.references, node.deadline_for(state.options), waiter);
  return result_of(node, waiter.wait());
}

}  // namespace circuit::lang
