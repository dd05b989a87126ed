#include "lang/results.hpp"

#include <fmt/format.h>
#include <utility>

#include "base/limits.hpp"
#include "lang/node.hpp"

namespace circuit::lang {

const std::string& PromisedResult::interface() const {
  static const std::string name = "result";
  return name;
}

void PromisedResult::handle(IncomingCallPointer call) {
  {
    std::lock_guard lock(mutex_);
    if (!settled_) {
      call->queued_behind(recorded_);
      waiting_.push_back(std::move(call));
      return;
    }
  }
  hand_on(std::move(call));
}

void PromisedResult::call_given_up(std::uint64_t recorded) {
  ServantPointer servant;
  {
    std::lock_guard lock(mutex_);
    if (auto* known = std::get_if<ServantPointer>(&outcome_)) servant = *known;
  }
  if (servant) servant->call_given_up(recorded);
}

void PromisedResult::settle(Outcome outcome) {
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(decided_, true)) return;
    outcome_ = std::move(outcome);
  }
  for (;;) {
    IncomingCallPointer next;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        settled_ = true;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    hand_on(std::move(next));
  }
}

void PromisedResult::fail(Failure failure) {
  failure.may_have_run = false;
  settle(std::move(failure));
}

void PromisedResult::hand_on(IncomingCallPointer call) const {
  if (auto* servant = std::get_if<ServantPointer>(&outcome_)) return (*servant)->handle(std::move(call));
  if (auto* failure = std::get_if<Failure>(&outcome_)) return call->fail(*failure);
  call->moved();
}

std::shared_ptr<PromisedResult> Results::look_up(const Peer* peer, std::uint64_t call) const {
  std::lock_guard lock(mutex_);
  auto of_peer = results_.find(peer);
  if (of_peer == results_.end()) return nullptr;
  auto found = of_peer->second.find(call);
  return found == of_peer->second.end() ? nullptr : found->second;
}

Result<std::shared_ptr<PromisedResult>> Results::expect(const Peer* peer, std::uint64_t call) {
  std::lock_guard lock(mutex_);
  OfPeer& of_peer = results_[peer];
  if (of_peer.size() >= limits::kept_results)
    return failure(ErrorKind::overloaded,
                   fmt::format("{} results are kept to be called already", limits::kept_results));
  auto [place, is_new] = of_peer.try_emplace(call, std::make_shared<PromisedResult>());
  if (!is_new)
    return failure(ErrorKind::invalid, "the result of an earlier call of the same id is still called");
  return place->second;
}

ServantPointer Results::find(const Peer* peer, std::uint64_t call) const { return look_up(peer, call); }

void Results::settle(const Peer* peer, std::uint64_t call, const TargetPointer& target) {
  if (!target) return fail(peer, call, failure(ErrorKind::invalid, "a call through an empty reference"));
  ServantPointer servant = local_servant(target);
  if (!servant) return moved(peer, call);
  if (auto result = look_up(peer, call)) result->settle(std::move(servant));
}

void Results::fail(const Peer* peer, std::uint64_t call, Failure failure) {
  if (auto result = look_up(peer, call)) result->fail(std::move(failure));
}

void Results::moved(const Peer* peer, std::uint64_t call) {
  if (auto result = look_up(peer, call)) result->settle(PromisedResult::Moved());
}

void Results::forget(const Peer* peer, std::uint64_t call) {
  std::shared_ptr<PromisedResult> gone;  // ends outside the lock, with what it refers to
  std::lock_guard lock(mutex_);
  auto of_peer = results_.find(peer);
  if (of_peer == results_.end()) return;
  auto found = of_peer->second.find(call);
  if (found == of_peer->second.end()) return;
  gone = std::move(found->second);
  of_peer->second.erase(found);
  if (of_peer->second.empty()) results_.erase(of_peer);
}

void Results::forget_all(const Peer& peer) {
  OfPeer gone;
  std::lock_guard lock(mutex_);
  auto of_peer = results_.find(&peer);
  if (of_peer == results_.end()) return;
  gone = std::move(of_peer->second);
  results_.erase(of_peer);
}

void Results::clear() {
  decltype(results_) gone;
  std::lock_guard lock(mutex_);
  gone.swap(results_);
}

std::size_t Results::size() const {
  std::lock_guard lock(mutex_);
  std::size_t all = 0;
  for (const auto& [peer, results] : results_) all += results.size();
  return all;
}

}  // namespace circuit::lang
