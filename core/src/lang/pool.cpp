#include "lang/pool.hpp"

#include <algorithm>
#include <ctime>
#include <pthread.h>
#include <signal.h>
#include <system_error>

#include "base/limits.hpp"
#include "base/log.hpp"

namespace circuit::lang {
namespace {

/// How long jobs may wait, and none end, before more threads are added.
constexpr std::uint64_t patience_ns = 2'000'000;

/// What all threads of the process have computed.
std::uint64_t cpu_ns() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(used.tv_nsec);
}

}  // namespace

Pool::Pool(link::Loop& loop)
    : loop_(loop),
      quick_threads_(std::max<std::size_t>(2, std::thread::hardware_concurrency())),
      timer_(loop.make_timer()) {}

Pool::~Pool() { stop(); }

bool Pool::submit(std::function<void()> job, std::uint64_t chain) {
  return add({std::move(job), false, chain}, limits::pool_queue);
}

bool Pool::deliver(std::function<void()> job) { return add({std::move(job), true, 0}, SIZE_MAX); }

bool Pool::add(Job job, std::size_t at_most) {
  bool start_watch = false;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= at_most) return false;
    jobs_.push_back(std::move(job));
    if (idle_ >= jobs_.size()) {
      ready_.notify_one();
      return true;
    }
    if (threads_.size() < quick_threads_) {
      grow(1);
    } else if (!watching_) {
      watching_ = start_watch = true;
    }
    ready_.notify_one();
  }
  if (start_watch) loop_.post([this] { watch(); });
  return true;
}

void Pool::grow(std::size_t by) {
  by = std::min({by, jobs_.size(), limits::pool_threads - threads_.size()});
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    for (; by > 0; --by) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error& error) {
    log::warn("no further thread for calls: {}", error.what());
    refused_ = true;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Pool::watch() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.empty()) {
      watching_ = false;
      return;
    }
    std::uint64_t cpu = cpu_ns();
    bool blocked = cpu - seen_cpu_ns_ < patience_ns / 2;
    if (seen_ended_ == ended_ && idle_ == 0) {
      grow(blocked ? std::max<std::size_t>(1, threads_.size() / 2) : 1);
      if (refused_ || threads_.size() == limits::pool_threads) seat_jobs();
    }
    seen_ended_ = ended_;
    seen_cpu_ns_ = cpu;
  }
  timer_->arm(loop_.clock().now_ns() + patience_ns, [this] { watch(); });
}

void Pool::seat_jobs() {
  std::erase_if(jobs_, [this](Job& job) { return job.chain != 0 && seats_.offer(job.chain, job.run); });
}

void Pool::work() {
  ::pthread_setname_np(::pthread_self(), "circuit-pool");
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    --idle_;
    if (stopping_) return;
    auto job = std::move(jobs_.front().run);
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it held goes outside the lock
    lock.lock();
    ++ended_;
  }
}

void Pool::stop() {
  std::vector<std::thread> threads;
  std::deque<Job> left;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    ready_.notify_all();
    threads.swap(threads_);
    left.swap(jobs_);
  }
  std::erase_if(left, [](const Job& job) { return !job.owed; });
  for (std::thread& thread : threads) thread.join();
  for (Job& job : left) job.run();
}

}  // namespace circuit::lang
