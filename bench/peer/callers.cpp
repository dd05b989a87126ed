#include "callers.hpp"

#include <atomic>
#include <thread>
#include <vector>

namespace circuit::bench {
namespace {

/// Whether the meter is done is asked once in so many calls, unless they are large.
constexpr std::uint64_t calls_between_questions = 16;
constexpr std::size_t large_payload_bytes = 4096;

bool asks_now(const Options& options, std::uint64_t calls) {
  return calls % calls_between_questions == 0 || options.payload_bytes > large_payload_bytes ||
         options.work == "w6";
}

}  // namespace

void run_one_caller(const Options& options, const std::function<void()>& call) {
  for (const auto until = Steady::now() + options.warm_up; Steady::now() < until;) call();
  Histogram durations;
  Meter meter(options);
  meter.begin();
  auto began = Steady::now();
  for (std::uint64_t calls = 1;; ++calls) {
    call();
    const auto ended = Steady::now();
    durations.add(ended - began);
    began = ended;
    if (asks_now(options, calls) && meter.done(calls, ended)) return meter.end(calls, durations);
  }
}

void run_callers(const Options& options, const std::function<void()>& call) {
  enum class Phase { warming, measuring, over };
  struct Caller {
    std::atomic<std::uint64_t> calls{0};
    Histogram durations;
  };
  std::atomic<Phase> phase{Phase::warming};
  std::vector<Caller> callers(options.threads);
  std::vector<std::jthread> threads;
  for (Caller& caller : callers)
    threads.emplace_back([&] {
      auto began = Steady::now();
      for (Phase now; (now = phase.load(std::memory_order_relaxed)) != Phase::over;) {
        call();
        const auto ended = Steady::now();
        if (now == Phase::measuring) {
          caller.durations.add(ended - began);
          caller.calls.fetch_add(1, std::memory_order_relaxed);
        }
        began = ended;
      }
    });
  auto all_calls = [&] {
    std::uint64_t all = 0;
    for (const Caller& caller : callers) all += caller.calls.load(std::memory_order_relaxed);
    return all;
  };
  std::this_thread::sleep_for(options.warm_up);
  Meter meter(options);
  meter.begin();
  phase = Phase::measuring;
  while (!meter.done(all_calls(), Steady::now())) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  phase = Phase::over;
  threads.clear();
  Histogram durations;
  for (const Caller& caller : callers) durations.merge(caller.durations);
  meter.end(all_calls(), durations);
}

Window::Window(const Options& options, Begin begin)
    : options_(options),
      meter_(options),
      begin_(std::move(begin)),
      warm_until_(Steady::now() + std::chrono::duration_cast<Steady::duration>(options.warm_up)),
      in_flight_(options.outstanding) {}

void Window::run() {
  for (std::size_t i = 0; i < options_.outstanding; ++i) begin_(*this, Steady::now());
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return in_flight_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

void Window::ended(Steady::time_point began, const std::exception_ptr& failure) {
  const auto now = Steady::now();
  {
    std::lock_guard lock(mutex_);
    if (failure) failure_ = failure;
    if (failure_ || !goes_on(now - began, now)) {
      if (--in_flight_ == 0) changed_.notify_one();
      return;
    }
  }
  begin_(*this, now);
}

bool Window::goes_on(std::chrono::nanoseconds took, Steady::time_point now) {
  if (over_) return false;
  if (!meter_.running()) {
    if (now >= warm_until_) meter_.begin();
    return true;
  }
  durations_.add(took);
  ++calls_;
  if (!asks_now(options_, calls_) || !meter_.done(calls_, now)) return true;
  meter_.end(calls_, durations_);
  over_ = true;
  return false;
}

}  // namespace circuit::bench
