// The embedded coordination service: for one machine, in its one agent, without Java and without a network.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "anchor/coordinator.hpp"
#include "anchor/embedded/journal.hpp"
#include "anchor/embedded/node_tree.hpp"
#include "anchor/embedded/watch_table.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"

namespace circuit::anchor::embedded {

/// A tree of nodes in memory, of which each change is on disk before it is answered, where it has a file.
///
/// Sessions: one whose coordinator goes without close() keeps its ephemeral nodes for `session_wait`, and can
/// be resumed with its id and password; so can every session after the store is opened again, also after a
/// crash. The store has no thread and no timer: whoever owns it calls expire_due() at next_expiry_ns().
/// Callbacks run on the thread that made the change, one at a time.
///
/// Thread safety: every function from any thread. Nothing waits for more than a write to disk.
/// Lifetime: coordinators keep the store alive.
class Store : public std::enable_shared_from_this<Store> {
 public:
  struct Options {
    /// Time; this machine's own if null. Must outlive the store, as must `random`.
    const Clock* clock = nullptr;
    /// Where session ids and passwords come from; the kernel if null.
    Random* random = nullptr;
    std::chrono::nanoseconds session_wait = limits::session_wait;
  };

  /// Opens the store in `file`, or makes one there. Its directory must exist and be private to the user. A
  /// file that is damaged, of another program, of a newer version, or in use is refused with a text that says
  /// so, and is not touched.
  static Result<std::shared_ptr<Store>> open(const std::filesystem::path& file, Options options);
  static Result<std::shared_ptr<Store>> open(const std::filesystem::path& file) {
    return open(file, Options());
  }

  /// A store that is gone with its end.
  static std::shared_ptr<Store> in_memory(const Options& options);
  static std::shared_ptr<Store> in_memory() { return in_memory(Options()); }

  /// A new session, or the one of `credentials` again, which takes it away from the coordinator that has it
  /// now. `listener` hears of the session and must only post; the first `connected` is not told. Errors:
  /// session_expired if there is no such session or the password is another; refused if it cannot be stored.
  Outcome<std::shared_ptr<Coordinator>> connect(std::optional<SessionCredentials> credentials = {},
                                                SessionListener listener = {});

  /// Ends the sessions whose time to come back was over at `now_ns` (of the clock), and returns how many.
  std::size_t expire_due(std::uint64_t now_ns);
  /// When the next session ends unless it comes back; nothing while all are connected. It changes when a
  /// coordinator goes without close(), and when one resumes.
  std::optional<std::uint64_t> next_expiry_ns() const;

 private:
  friend class Connection;

  struct Session {
    std::string password;
    /// The connection that has it; 0 while it waits to come back, until `deadline_ns`.
    std::uint64_t connection = 0;
    std::uint64_t deadline_ns = 0;
  };
  enum class Standing : std::uint8_t { connected, moved, expired, closed };
  struct Attached {
    std::uint64_t session = 0;
    Standing standing = Standing::connected;
    SessionListener listener;
  };
  /// A callback that waits to be called with the lock let go.
  struct Pending {
    std::uint64_t connection = 0;
    std::function<void()> call;
  };

  explicit Store(const Options& options);
  /// Takes what was kept.
  Result<void> load(Journal::Content content);

  // What a connection asks, by its number.
  Outcome<Stat> create(std::uint64_t connection, const std::string& path, std::string_view data, Mode mode);
  Outcome<void> remove(std::uint64_t connection, const std::string& path, std::int32_t version);
  Outcome<Stat> set(std::uint64_t connection, const std::string& path, std::string_view data,
                    std::int32_t version);
  Outcome<NodeContent> get(std::uint64_t connection, const std::string& path, Watch watch);
  Outcome<std::optional<Stat>> exists(std::uint64_t connection, const std::string& path, Watch watch);
  Outcome<NodeChildren> children(std::uint64_t connection, const std::string& path, Watch watch);
  Outcome<void> multi(std::uint64_t connection, std::span<const Operation> operations);
  Outcome<void> close(std::uint64_t connection);
  void detach(std::uint64_t connection) noexcept;

  // With the lock held.
  Outcome<void> admit(std::uint64_t connection, const std::string& path) const;
  Outcome<Stat> change_one(std::uint64_t connection, const Operation& operation);
  Outcome<void> commit(std::span<const Operation> operations, std::uint64_t session, Journal::Entry entry);
  Outcome<void> end_session(std::uint64_t session);
  void forget_session(std::uint64_t session);
  Outcome<std::uint64_t> begin_session();
  Outcome<std::uint64_t> resume_session(const SessionCredentials& credentials);
  void stand_down(std::uint64_t connection, Standing standing, std::optional<SessionEvent> event);
  void queue(std::vector<WatchTable::Due> due);
  /// Calls what is queued, with the lock let go meanwhile, unless another thread is at it.
  void deliver(std::unique_lock<std::mutex>& lock);
  bool delivers_to(std::uint64_t connection) const;

  // Constant after construction.
  SystemClock system_clock_;
  SystemRandom system_random_;
  const Clock& clock_;
  Random& random_;
  const std::uint64_t session_wait_ns_;

  // The rest is protected by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable delivered_;
  std::unique_ptr<Journal> journal_;
  NodeTree tree_;
  WatchTable watches_;
  std::uint64_t last_zxid_ = 0;
  std::uint64_t last_connection_ = 0;
  std::map<std::uint64_t, Session> sessions_;
  std::map<std::uint64_t, Attached> connections_;
  std::deque<Pending> pending_;
  /// The thread that delivers, and to which connection just now.
  std::thread::id deliverer_;
  std::uint64_t delivering_to_ = 0;
};

}  // namespace circuit::anchor::embedded
