// A thread that does one job after another.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace circuit::runtime {

/// Thread safety: any thread, but stop() and the end, which wait, not the one of the jobs.
class JobThread {
 public:
  using Job = std::function<void()>;

  JobThread() : thread_([this] { work(); }) {}
  ~JobThread() { stop(); }

  /// Once it is stopped, nothing happens.
  void submit(Job job);
  void submit_after(std::chrono::milliseconds wait, Job job);
  /// Lets the job that runs end, and forgets the rest.
  void stop();

 private:
  using Steady = std::chrono::steady_clock;
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::multimap<Steady::time_point, Job> later_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace circuit::runtime
