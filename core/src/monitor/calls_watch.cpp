#include "monitor/calls_watch.hpp"

#include "base/limits.hpp"
#include "spawn/agent_interface.hpp"

namespace circuit::monitor {

CallsWatch::CallsWatch(runtime::State& state)
    : state_(state), timer_(state.loop().make_timer()), last_(std::make_shared<Calls>()) {}

std::unique_ptr<Cluster::Subscription> CallsWatch::subscribe(std::function<void(CallsPointer)> changed) {
  auto subscription = subscribers_.add(std::move(changed));
  state_.loop().post([this] {
    newcomer_ = true;
    if (!asking_) ask();
  });
  return subscription;
}

void CallsWatch::ask() {
  asking_ = !subscribers_.empty();
  if (!asking_) return;
  lang::PeerPointer agent = state_.agent().current();
  if (!agent) return told(failure(ErrorKind::unreachable, "no agent runs here"));
  lang::start_call(state_.node(), agent, lang::fixed_object::agent, spawn::agent_interface().calls, {},
                   std::function([this](Result<spawn::CallsReport> report) { told(report); }),
                   std::vector<WorkerId>());
}

void CallsWatch::told(const Result<spawn::CallsReport>& report) {
  auto calls = std::make_shared<Calls>(report.has_value() ? join_ends(*report) : *last_);
  calls->trouble = report.has_error() ? report.error().text : "";
  const bool changed =
      calls->calls != last_->calls || calls->untold != last_->untold || calls->trouble != last_->trouble;
  if (changed || newcomer_) {
    newcomer_ = false;
    last_ = std::move(calls);
    subscribers_.tell(last_);
  }
  timer_->arm(state_.loop().clock().now_ns() + ns_of(limits::calls_refresh), [this] { ask(); });
}

}  // namespace circuit::monitor
