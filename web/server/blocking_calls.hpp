// Threads for what blocks: calls into the cluster.
#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <functional>

namespace circuit::web {

/// Runs calls on threads of its own, limits::web_calls at most running and waiting together.
/// Thread safety: submit() and stop() from any thread.
class BlockingCalls {
 public:
  BlockingCalls();
  ~BlockingCalls();

  /// False, with nothing done, when too many are under way or stop() was called.
  bool submit(std::function<void()> call);
  /// Waits for the calls that run and drops those that wait.
  void stop();

 private:
  std::atomic<std::size_t> under_way_{0};
  std::atomic<bool> stopped_{false};
  boost::asio::thread_pool pool_;
};

}  // namespace circuit::web
