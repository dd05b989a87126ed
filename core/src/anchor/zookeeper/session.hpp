// A session with a ZooKeeper, as a Coordinator.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "anchor/coordinator.hpp"
#include "anchor/zookeeper/client.hpp"
#include "anchor/zookeeper/connect_string.hpp"
#include "base/limits.hpp"

namespace circuit::anchor::zookeeper {

/// Questions are asked again when their answer is lost and the connection comes back; changes are not, for
/// nobody knows whether they were made. While there is no connection, calls wait a short while for one, and
/// once that is over they fail at once with connection_loss until it has come back.
class Session final : public Coordinator, private ClientListener {
 public:
  struct Options {
    ConnectString where;
    /// How long the session lives on without a connection. The server has bounds of its own for it.
    std::chrono::milliseconds timeout = limits::zookeeper_session;
    /// How long connect() waits for a server.
    std::chrono::milliseconds connect_wait = limits::zookeeper_connect;
  };
  /// Begins a session, or resumes the one of the credentials; makes the node of the chroot if it is missing.
  /// Errors: session_expired (of the credentials), connection_loss when no server answers in time.
  static Outcome<std::shared_ptr<Session>> connect(const Options& options,
                                                   std::optional<SessionCredentials> credentials = {},
                                                   SessionListener listener = {});
  ~Session() override;

  Outcome<Stat> create(const std::string& path, std::string_view data, Mode mode) override;
  Outcome<void> remove(const std::string& path, std::int32_t version) override;
  Outcome<Stat> set(const std::string& path, std::string_view data, std::int32_t version) override;
  Outcome<NodeContent> get(const std::string& path, Watch watch) override;
  Outcome<std::optional<Stat>> exists(const std::string& path, Watch watch) override;
  Outcome<NodeChildren> children(const std::string& path, Watch watch) override;
  Outcome<void> multi(std::span<const Operation> operations) override;
  SessionCredentials session() const override { return credentials_; }
  /// Returns when the server has confirmed the end. connection_loss: it has not, and the session ends by
  /// itself when its time is over.
  Outcome<void> close() override;

 private:
  enum class Standing { connecting, connected, suspended, expired, closed };
  /// What may be done when an answer is lost.
  enum class Repeat { never, when_lost };
  struct Waiting {
    std::string path;
    Watch watch;
  };
  using Send = std::function<void(Client&, Completion)>;

  /// Also from a callback, which may have held the last reference.
  struct Deleter {
    void operator()(Session* session) const;
  };

  Session(const Options& options, SessionListener listener);
  Outcome<void> begin(std::optional<SessionCredentials> credentials);
  Outcome<void> make_chroot();

  std::string node(const std::string& path) const;
  Answer ask(Repeat repeat, const Send& send);
  /// The answer to every request while there is no connection.
  std::optional<Answer> await_connection();
  Answer await_answer(const Send& send);
  /// A question with a watch, which stays only if the answer is one.
  Answer ask_and_watch(const std::string& path, Watch watch, bool missing_is_an_answer,
                       const std::function<void(Client&, std::uint64_t, Completion)>& send);
  CoordinatorError error_of(const Answer& answer, std::string_view path) const;
  std::vector<Waiting> take_watches();

  void connected() override;
  void suspended() override;
  void expired() override;
  void fired(std::uint64_t watch, WatchEventKind kind) override;

  const Options options_;
  const SessionListener listener_;
  /// Constant once connect() has returned it.
  SessionCredentials credentials_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread::id client_thread_;
  Standing standing_ = Standing::connecting;
  std::chrono::steady_clock::time_point suspended_at_;
  std::uint64_t last_watch_ = 0;
  std::map<std::uint64_t, Waiting> watches_;

  /// Last, so that its thread is gone before what it uses.
  std::unique_ptr<Client> client_;
};

/// Ends a session that has no other connection, and waits until the server confirms that it is over.
/// Errors: connection_loss when that does not come within the wait.
Outcome<void> end_session(const std::string& servers, const SessionCredentials& credentials,
                          std::chrono::milliseconds wait);

}  // namespace circuit::anchor::zookeeper
