// One session of ZooKeeper's C client, as C++ sees it. Nothing else knows that client.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "anchor/coordinator.hpp"

namespace circuit::anchor::zookeeper {

/// What came of a request. Without a code it was done.
struct Answer {
  std::optional<Code> code;
  /// With a code that alone does not say enough: the server's words.
  std::string text;
  Stat stat;
  std::string data;
  std::vector<std::string> names;
  /// After multi(): which operation failed.
  std::optional<std::size_t> operation;
};
using Completion = std::function<void(Answer)>;

/// What the client tells without being asked, on its own thread, one at a time and in the order of the
/// changes. Must only post.
class ClientListener {
 public:
  virtual ~ClientListener() = default;
  virtual void connected() = 0;
  virtual void suspended() = 0;
  virtual void expired() = 0;
  /// The watch that was left behind under this number has been set off, and is used up.
  virtual void fired(std::uint64_t watch, WatchEventKind kind) = 0;
};

/// Thread safety: every function from any thread but the client's own, which calls the listener and the
/// completions. Each completion is called exactly once, at the latest when the session is let go.
class Client {
 public:
  struct Options {
    std::string servers;
    std::chrono::milliseconds session_timeout{};
    std::optional<SessionCredentials> credentials;
  };
  /// Begins to connect; the listener hears what comes of it. Errors: `invalid` where no server's name can be
  /// resolved.
  static Outcome<std::unique_ptr<Client>> open(const Options& options, ClientListener& listener);
  /// Lets the session go, as let_go() does.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Paths are those of the server. A watch of 0 is none.
  void create(const std::string& path, std::string_view data, Mode mode, Completion done);
  void remove(const std::string& path, std::int32_t version, Completion done);
  void set(const std::string& path, std::string_view data, std::int32_t version, Completion done);
  void get(const std::string& path, std::uint64_t watch, Completion done);
  void exists(const std::string& path, std::uint64_t watch, Completion done);
  void children(const std::string& path, std::uint64_t watch, Completion done);
  /// The operations need not outlive the call.
  void multi(std::span<const Operation> operations, Completion done);

  /// Once it is connected.
  SessionCredentials session() const;

  /// Takes no more requests, waits for the answers to those under way (limits::zookeeper_farewell), asks the
  /// server to end the session, without waiting for that, and joins the client's threads.
  void close();
  /// The same, but drops the connection so that the server takes it for a crash.
  void let_go();

 private:
  using Steady = std::chrono::steady_clock;
  struct Request;
  struct Callbacks;
  class Handle;

  Client();
  template <class Send>
  void submit(Completion done, Send send);
  void finish(Request* request, Answer answer);
  void end(bool orderly);
  void await_answers(Steady::time_point deadline);
  static void drop_connection(const Handle& handle, Steady::time_point deadline);

  /// Held shared while a request is handed over, so that the handle does not go under it.
  mutable std::shared_mutex handle_mutex_;
  std::unique_ptr<Handle> handle_;

  std::mutex requests_mutex_;
  std::condition_variable all_answered_;
  std::unordered_map<Request*, std::unique_ptr<Request>> requests_;
};

}  // namespace circuit::anchor::zookeeper
