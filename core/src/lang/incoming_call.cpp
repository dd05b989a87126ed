#include "lang/incoming_call.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include "lang/node.hpp"

namespace circuit::lang {

IncomingCall::IncomingCall(Node& node, PeerPointer peer, std::uint64_t call, const wire::CallHead& head,
                           Buffer body, std::unique_ptr<ReceivedReferences> references, record::SlotId slot,
                           std::uint64_t deadline_ns, std::weak_ptr<Servant> servant)
    : node_(node),
      peer_(std::move(peer)),
      call_(call),
      head_(head),
      body_(std::move(body)),
      references_(std::move(references)),
      slot_(slot),
      deadline_ns_(deadline_ns),
      servant_(std::move(servant)) {
  node_.incoming_calls().add(*this);
}

IncomingCall::~IncomingCall() {
  if (!answered_)
    fail(failure(ErrorKind::cancelled, "the call was dropped without an answer"), record::Outcome::abandoned);
}

Context IncomingCall::context() noexcept {
  return {&node_, slot_.call(), head_.chain, head_.depth, deadline_ns_, peer_.get(), this};
}

std::stop_token IncomingCall::stop_token() { return node_.incoming_calls().stop_token_of(*this); }

std::optional<Failure> IncomingCall::unwanted() const {
  if (peer_)
    if (auto verdict = peer_->verdict()) return verdict;
  if (deadline_ns_ != 0 && node_.clock().now_ns() >= deadline_ns_)
    return failure(ErrorKind::deadline, "the time was over before the call could run");
  if (given_up_) return failure(ErrorKind::cancelled, "the caller gave up before the call could run");
  return std::nullopt;
}

void IncomingCall::running() noexcept {
  static thread_local const auto thread = static_cast<std::int32_t>(::syscall(SYS_gettid));
  node_.recorder().running(slot_, thread);
}

void IncomingCall::queued_behind(std::uint64_t other) noexcept {
  node_.recorder().queued_behind(slot_, other);
}

void IncomingCall::reply(const std::function<void(Encoder&)>& encode) {
  if (answered_) return;
  Buffer result;
  ReferenceSession references(node_, peer_);
  try {
    Encoder encoder(result, &references);
    encode(encoder);
  } catch (const Error& error) {
    return fail(error.failure());
  }
  if (result.size() > limits::body_bytes)
    return fail(Failure{ErrorKind::overloaded, "the result is larger than a message may be", {}, true});
  answered(record::Outcome::answered);
  if (head_.keep_result) {
    const std::vector<TargetPointer> targets = references.targets();
    node_.results().settle(peer_.get(), call_, targets.empty() ? nullptr : targets.front());
  }
  node_.send_answer(peer_, wire::FrameKind::reply, call_, std::move(result), references);
}

void IncomingCall::fail(Failure failure) { fail(std::move(failure), record::Outcome::failed); }

void IncomingCall::fail(Failure failure, record::Outcome outcome) {
  if (answered_) return;
  answered(outcome);
  if (head_.keep_result) node_.results().fail(peer_.get(), call_, failure);
  ReferenceSession none(node_, peer_);
  node_.send_answer(peer_, wire::FrameKind::failure, call_, wire::encode_failure(failure), none);
}

void IncomingCall::moved() {
  if (answered_) return;
  answered(record::Outcome::abandoned);
  if (head_.keep_result) node_.results().moved(peer_.get(), call_);
  ReferenceSession none(node_, peer_);
  node_.send_answer(peer_, wire::FrameKind::moved, call_, {}, none);
}

void IncomingCall::answered(record::Outcome outcome) {
  answered_ = true;
  node_.incoming_calls().remove(*this);
  node_.recorder().release(slot_, outcome, node_.clock().now_ns());
}

}  // namespace circuit::lang
