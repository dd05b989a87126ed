// The life of a worker: from the function that it gets to the moment when nobody needs it any more.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "runtime/state.hpp"
#include "spawn/agent_interface.hpp"

namespace circuit::runtime {

/// A worker ends when its function has returned, its starter does not hold it, no daemon or background body
/// runs, and no other process holds a reference into it; or when it is told to stop and its grace is over; or
/// when neither a function nor a hold comes in time. When its spawner dies it is told to stop, unless it has
/// daemonized. Thread safety: any thread.
class Worker final : public lang::FunctionHost {
 public:
  /// `restarted`: the worker has a restart policy, and a function that fails ends it with the status 1.
  Worker(State& state, bool restarted);
  ~Worker() override;

  /// Blocks for the whole life; returns the process's exit status.
  int live();

  void daemonize(std::function<void(std::stop_token)> body);
  void run_in_back(std::function<void(std::stop_token)> body);
  /// Tells an agent that has been found, the first or a successor, what runs here. On the loop.
  void tell(const lang::PeerPointer& agent);
  std::stop_token stop_token() const noexcept { return stop_.get_token(); }
  void request_stop(std::chrono::milliseconds grace);
  /// Waits for the background bodies, however long they take. For a worker whose process goes on.
  void join();

 private:
  bool admit(lang::IncomingCall& call, const lang::Function& function) override;
  void ended(bool returned) override;
  void hold(lang::IncomingCall& call);
  void release();
  /// The worker's life is bound to this process from now on, unless it is to another already.
  void bind(const lang::PeerPointer& spawner);
  void peer_died(const lang::PeerPointer& peer);
  void start_body(std::function<void(std::stop_token)> body);
  /// Under the mutex.
  bool needed() const;

  State& state_;
  const bool restarted_;
  std::stop_source stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  /// None has come yet: nothing. Its arguments are text for showing.
  struct FirstFunction {
    std::string name;
    std::string arguments;
  };
  std::optional<FirstFunction> first_;
  /// Whether a function or a hold has come.
  bool begun_ = false;
  bool held_ = false;
  bool failed_ = false;
  bool daemonized_ = false;
  std::size_t running_ = 0;
  WorkerId spawner_;
  std::optional<std::chrono::steady_clock::time_point> stop_by_;
  std::vector<std::jthread> bodies_;
};

/// In a worker process: reads the jail's config, serves, and ends the process.
[[noreturn]] void run_worker(Runtime& runtime, std::unique_ptr<State>& state);

}  // namespace circuit::runtime
