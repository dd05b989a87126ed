// The end of a session, confirmed. The C client only sends the request to close and hangs up.
#include <condition_variable>
#include <fmt/format.h>
#include <mutex>

#include "anchor/zookeeper/session.hpp"

namespace circuit::anchor::zookeeper {
namespace {

using Steady = std::chrono::steady_clock;

/// Whether a session can be resumed.
class Attempt final : public ClientListener {
 public:
  void connected() override { set(State::connected); }
  void suspended() override {}
  void expired() override { set(State::over); }
  void fired(std::uint64_t, WatchEventKind) override {}

  enum class State { unknown, connected, over };
  State wait(Steady::time_point deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return state_ != State::unknown; });
    return state_;
  }

 private:
  void set(State state) {
    std::lock_guard lock(mutex_);
    state_ = state;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::unknown;
};

}  // namespace

Outcome<void> end_session(const std::string& servers, const SessionCredentials& credentials,
                          std::chrono::milliseconds wait) {
  const auto deadline = Steady::now() + wait;
  do {
    Attempt attempt;
    auto client = Client::open({servers, limits::zookeeper_session, credentials}, attempt);
    if (!client) return client.error();
    switch (attempt.wait(deadline)) {
      case Attempt::State::over: return {};
      // A server drops the older connection of a session that is resumed, with what it had not yet read.
      case Attempt::State::connected: (*client)->close(); break;
      case Attempt::State::unknown: break;
    }
  } while (Steady::now() < deadline);
  return CoordinatorError{Code::connection_loss,
                          fmt::format("ZooKeeper at {} does not confirm that the session is over", servers),
                          {}};
}

}  // namespace circuit::anchor::zookeeper
