// The three ways of calling that are measured.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>

#include "measure.hpp"
#include "options.hpp"

namespace circuit::bench {

/// One caller, that waits for the end of each call. Prints the line.
void run_one_caller(const Options& options, const std::function<void()>& call);

/// Several, each on a thread of its own. Prints the line.
void run_callers(const Options& options, const std::function<void()>& call);

/// A number of calls in flight: the end of each begins the next. Thread safety: ended() from any thread.
class Window {
 public:
  /// Starts a call that begins at this time, and has its end told to the window's ended().
  using Begin = std::function<void(Window&, Steady::time_point)>;

  Window(const Options& options, Begin begin);

  /// Prints the line, and returns when no call is in flight any more. Throws what a call has failed with.
  void run();
  void ended(Steady::time_point began, const std::exception_ptr& failure);

 private:
  bool goes_on(std::chrono::nanoseconds took, Steady::time_point now);

  const Options& options_;
  Meter meter_;
  const Begin begin_;
  const Steady::time_point warm_until_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t in_flight_;
  std::uint64_t calls_ = 0;
  Histogram durations_;
  bool over_ = false;
  std::exception_ptr failure_;
};

}  // namespace circuit::bench
