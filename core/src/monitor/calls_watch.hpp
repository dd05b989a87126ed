// Reads the calls in flight again and again, for as long as anyone looks.
#pragma once

#include <memory>

#include "monitor/calls.hpp"
#include "monitor/subscribers.hpp"
#include "runtime/state.hpp"

namespace circuit::monitor {

/// Asks the agent one question at a time, and none while nobody is subscribed. Thread safety: any thread.
/// Lifetime: its loop has stopped before it ends.
class CallsWatch {
 public:
  explicit CallsWatch(runtime::State& state);

  std::unique_ptr<Cluster::Subscription> subscribe(std::function<void(CallsPointer)> changed);

 private:
  void ask();
  void told(const Result<spawn::CallsReport>& report);

  runtime::State& state_;
  Subscribers<CallsPointer> subscribers_;
  // The loop's alone.
  std::unique_ptr<link::Timer> timer_;
  CallsPointer last_;
  /// A question is on its way, or the timer runs that asks the next.
  bool asking_ = false;
  /// Somebody has come who has not been told yet.
  bool newcomer_ = false;
};

}  // namespace circuit::monitor
