#include "runtime/job_thread.hpp"

#include <utility>

namespace circuit::runtime {

void JobThread::submit(Job job) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  jobs_.push_back(std::move(job));
  changed_.notify_one();
}

void JobThread::submit_after(std::chrono::milliseconds wait, Job job) {
  std::lock_guard lock(mutex_);
  if (stopping_) return;
  later_.emplace(Steady::now() + wait, std::move(job));
  changed_.notify_one();
}

void JobThread::stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
  // Not under the lock: what they hold may come back here when it goes.
  jobs_.clear();
  later_.clear();
}

void JobThread::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!later_.empty() && later_.begin()->first <= Steady::now())
      jobs_.push_back(std::move(later_.extract(later_.begin()).mapped()));
    if (jobs_.empty()) {
      if (later_.empty())
        changed_.wait(lock);
      else
        changed_.wait_until(lock, later_.begin()->first);
      continue;
    }
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

}  // namespace circuit::runtime
