#include "link/asio_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <pthread.h>
#include <signal.h>

namespace circuit::link {
namespace {

/// A wait that is over may stand in the queue when it is cancelled or replaced: it finds that another one
/// counts.
class AsioTimer final : public Timer {
 public:
  AsioTimer(boost::asio::io_context& context, const Clock& clock) : timer_(context), clock_(clock) {}

  void arm(std::uint64_t at_ns, std::function<void()> due) override {
    std::uint64_t now = clock_.now_ns();
    timer_.expires_after(std::chrono::nanoseconds(at_ns > now ? at_ns - now : 0));
    std::uint64_t turn = ++*turn_;
    timer_.async_wait([turn, counts = turn_, due = std::move(due)](const boost::system::error_code& error) {
      if (!error && turn == *counts) due();
    });
  }
  void cancel() override {
    ++*turn_;
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  const Clock& clock_;
  const std::shared_ptr<std::uint64_t> turn_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace

AsioLoop::AsioLoop(const Clock& clock) : clock_(clock) {}

AsioLoop::~AsioLoop() { stop(); }

void AsioLoop::start_thread() {
  // Signals belong to the program's own threads.
  running_ = true;
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "circuit-loop");
    run();
  });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void AsioLoop::run() {
  running_ = true;
  runner_ = std::this_thread::get_id();
  context_.run();
  runner_ = std::thread::id{};
  running_ = false;
}

void AsioLoop::stop() {
  context_.stop();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

void AsioLoop::post(std::function<void()> job) { boost::asio::post(context_, std::move(job)); }

bool AsioLoop::on_loop() const noexcept { return runner_.load() == std::this_thread::get_id(); }

std::unique_ptr<Timer> AsioLoop::make_timer() { return std::make_unique<AsioTimer>(context_, clock_); }

}  // namespace circuit::link
