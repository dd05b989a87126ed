// The loop on Boost.Asio: one io_context, run by one thread.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "link/loop.hpp"

namespace circuit::link {

class AsioLoop final : public Loop {
 public:
  explicit AsioLoop(const Clock& clock);
  ~AsioLoop() override;

  /// Starts a thread of the loop's own that runs it until stop().
  void start_thread();
  /// Runs the loop on the calling thread until stop().
  void run();
  /// Any thread: ends the loop; jobs not yet begun are dropped. Joins the loop's own thread unless called on
  /// it.
  void stop();

  void post(std::function<void()> job) override;
  bool on_loop() const noexcept override;
  bool running() const noexcept override { return running_.load(); }
  const Clock& clock() const noexcept override { return clock_; }
  std::unique_ptr<Timer> make_timer() override;

  boost::asio::io_context& context() noexcept { return context_; }

 private:
  const Clock& clock_;
  // No concurrency hint of 1: Asio would then hold back what a job posts until that job has ended, and
  // another thread's post, though later, would run before it.
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  std::atomic<std::thread::id> runner_{};
  std::atomic<bool> running_{false};
  std::thread thread_;
};

}  // namespace circuit::link
