#include "lang/incoming_calls.hpp"

#include "lang/incoming_call.hpp"

namespace circuit::lang {

IncomingCall*& IncomingCalls::at(const IncomingCall& call) noexcept {
  return calls_[call.slot_.index - first_];
}

void IncomingCalls::add(IncomingCall& call) {
  std::lock_guard lock(mutex_);
  at(call) = &call;
}

void IncomingCalls::remove(const IncomingCall& call) noexcept {
  std::lock_guard lock(mutex_);
  at(call) = nullptr;
}

std::stop_token IncomingCalls::stop_token_of(IncomingCall& call) {
  std::lock_guard lock(mutex_);
  if (!call.stop_) {
    call.stop_.emplace();
    if (call.given_up_) call.stop_->request_stop();  // nobody listens yet
  }
  return call.stop_->get_token();
}

std::vector<GivenUpCall> IncomingCalls::give_up(const std::function<bool(const IncomingCall&)>& match) {
  std::vector<GivenUpCall> all;
  std::lock_guard lock(mutex_);
  for (IncomingCall* call : calls_)
    if (call != nullptr && !call->given_up_ && match(*call)) {
      call->given_up_ = true;
      all.push_back({call->recorded(), call->servant_, call->stop_});
    }
  return all;
}

}  // namespace circuit::lang
