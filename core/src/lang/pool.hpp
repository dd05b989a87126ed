// Threads for calls that may block.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "lang/seats.hpp"
#include "link/loop.hpp"

namespace circuit::lang {

/// Runs jobs on threads. It starts with none, and grows while jobs wait and every thread is busy: at once up
/// to the number of cores, and beyond that when no job has ended for a moment: by half while the process
/// leaves the processor idle, which means that the threads block, else by one. Where no thread can be added,
/// jobs go to threads that block in the same chain. Thread safety: any thread.
class Pool {
 public:
  explicit Pool(link::Loop& loop);
  ~Pool();

  /// False: too many jobs wait.
  /// `chain`: that of the call that the job runs; 0: none.
  bool submit(std::function<void()> job, std::uint64_t chain = 0);
  /// For what somebody waits for: it always runs, beside all other jobs' limit, at the latest within stop().
  /// False: the pool has been stopped.
  bool deliver(std::function<void()> job);
  /// Where those take their seats that block in a call.
  Seats& seats() noexcept { return seats_; }
  /// Takes no more jobs, drops those submitted and not begun, joins the threads when the others have ended,
  /// and runs what is left to deliver. Not on a thread of the pool.
  void stop();
  /// The last step of the end, on the loop, after stop().
  void cancel_watch() { timer_->cancel(); }

 private:
  struct Job {
    std::function<void()> run;
    /// It has to run, whatever happens.
    bool owed = false;
    std::uint64_t chain = 0;
  };

  bool add(Job job, std::size_t at_most);
  void work();
  /// Under the mutex.
  void seat_jobs();
  void grow(std::size_t by);
  void watch();

  link::Loop& loop_;
  const std::size_t quick_threads_;
  Seats seats_;

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  std::size_t ended_ = 0;
  bool stopping_ = false;
  bool watching_ = false;
  /// The system has refused a thread.
  bool refused_ = false;
  // The loop's alone.
  std::unique_ptr<link::Timer> timer_;
  std::size_t seen_ended_ = 0;
  std::uint64_t seen_cpu_ns_ = 0;
};

}  // namespace circuit::lang
