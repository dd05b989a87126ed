// The loop that everything on one thread hangs on, behind an interface so that a simulation can own it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.hpp"

namespace circuit::link {

/// One function to be called at one time. Thread safety: the loop's thread only; destruction on any, once
/// nothing is armed.
class Timer {
 public:
  virtual ~Timer() = default;
  /// Calls `due` on the loop at or after `at_ns` of the loop's clock; replaces what was armed before.
  virtual void arm(std::uint64_t at_ns, std::function<void()> due) = 0;
  /// What was armed is not called any more.
  virtual void cancel() = 0;
};

/// Runs functions one after the other on one thread.
class Loop {
 public:
  virtual ~Loop() = default;
  /// Any thread: calls `job` on the loop, in the order of posting.
  virtual void post(std::function<void()> job) = 0;
  /// Any thread: whether the caller is the loop's thread.
  virtual bool on_loop() const noexcept = 0;
  /// Whether a thread runs the loop, or is about to: false before that, and once it has been stopped.
  virtual bool running() const noexcept = 0;
  virtual const Clock& clock() const noexcept = 0;
  virtual std::unique_ptr<Timer> make_timer() = 0;
};

}  // namespace circuit::link
