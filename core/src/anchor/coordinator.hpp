// Coordinator: the small tree of nodes that every process of a cluster sees alike. ZooKeeper's model,
// whatever is behind it: sessions, ephemeral and persistent nodes, versions, one-shot watches, atomic changes
// of several nodes.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace circuit::anchor {

/// Why a coordinator did not do what it was asked.
enum class Code : std::uint8_t {
  no_node = 1,                 ///< the node, or the parent of one to be created, is not there
  node_exists,                 ///< the node to be created is there
  not_empty,                   ///< the node to be removed has children
  bad_version,                 ///< the node has another version than the one asked for
  no_children_for_ephemerals,  ///< the parent of the node to be created is ephemeral
  connection_loss,             ///< outcome unknown: the connection was lost, before or after it was done
  session_expired,             ///< the session is over, and its ephemeral nodes are gone; connect anew
  closing,                     ///< this coordinator was closed
  invalid,                     ///< the request makes no sense: path, size
  refused,                     ///< not done, and it would not be done again: no right, no space; see the text
};

/// The name of a code as it is written above, or "unknown".
std::string_view name_of(Code code) noexcept;

struct CoordinatorError {
  Code code = Code::invalid;
  /// One sentence for a person, with the path.
  std::string text;
  /// After multi(): which operation failed, from 0.
  std::optional<std::size_t> operation;
};

template <class T>
using Outcome = boost::system::result<T, CoordinatorError>;

/// The same trouble for a caller who does not care about nodes: `what` could not be done, because.
Failure to_failure(std::string_view what, const CoordinatorError& error);

/// Boost.System asks for this when value() is called on an error.
[[noreturn]] inline void throw_exception_from_error(const CoordinatorError& error,
                                                    const boost::source_location&) {
  throw Error(to_failure("a request to the coordinator", error));
}

/// Of remove(), set() and check: whatever version the node has.
inline constexpr std::int32_t any_version = -1;

/// What is known of a node beside its data. Each change of the tree has a number, its zxid; they only grow,
/// also over restarts.
struct Stat {
  std::uint64_t czxid = 0;            ///< the change that created it
  std::uint64_t mzxid = 0;            ///< the last change of its data
  std::uint64_t pzxid = 0;            ///< the last change that added or removed a child, or czxid
  std::uint64_t ctime_ms = 0;         ///< wall clock
  std::uint64_t mtime_ms = 0;         ///< wall clock
  std::int32_t version = 0;           ///< changes of its data
  std::int32_t cversion = 0;          ///< children added and removed
  std::uint64_t ephemeral_owner = 0;  ///< the id of the session that it ends with; 0 for a persistent node
  std::int32_t data_length = 0;
  std::int32_t children = 0;
  friend bool operator==(const Stat&, const Stat&) = default;
};

enum class Mode : std::uint8_t {
  persistent,
  ephemeral,  ///< removed when the session that created it ends
};

/// One step of a multi().
struct Operation {
  enum class Kind : std::uint8_t { create, remove, set, check };
  Kind kind = Kind::check;
  std::string path;
  std::string data;
  Mode mode = Mode::persistent;
  std::int32_t version = any_version;

  static Operation create(std::string path, std::string data, Mode mode);
  static Operation remove(std::string path, std::int32_t version = any_version);
  static Operation set(std::string path, std::string data, std::int32_t version = any_version);
  /// Fails unless the node is there and has this version.
  static Operation check(std::string path, std::int32_t version = any_version);
};

enum class WatchEventKind : std::uint8_t {
  created,   ///< of exists() on a missing node
  deleted,   ///< of every watch on the node
  changed,   ///< its data; of exists() and get()
  children,  ///< a child was added or removed; of children()
  lost,  ///< nothing will be heard any more: the session has ended or moved, or the coordinator was closed
};

struct WatchEvent {
  WatchEventKind kind = WatchEventKind::lost;
  std::string path;
};

/// Called once, at the first change after the call that set it. Changes while the connection is down may be
/// heard late or, if they undo each other, never: after `connected`, look again.
using Watch = std::function<void(const WatchEvent&)>;

enum class SessionEvent : std::uint8_t {
  connected,
  suspended,  ///< the connection is lost; the session may be over, which only the service knows
  expired,    ///< the session is over
};
using SessionListener = std::function<void(SessionEvent)>;

/// What it takes to come back to a session with another connection. Whoever has it may do what the session
/// may.
struct SessionCredentials {
  std::uint64_t id = 0;
  /// Bytes, not text.
  std::string password;
};

struct NodeContent {
  std::string data;
  Stat stat;
};

struct NodeChildren {
  /// Names without the path, sorted.
  std::vector<std::string> names;
  Stat stat;
};

/// One session.
/// Thread safety: every function from any thread. Each may block for one round trip: call from a thread that
/// may wait. Watches and session events come one at a time, in the order of the changes, on the coordinator's
/// own thread or on that of whoever made the change, never while a lock of the coordinator is held. They must
/// only post (not block, not throw, not ask the coordinator). A change is in force before its watches are
/// called. A watch is left behind only if the call succeeds.
class Coordinator {
 public:
  /// Lets go of the connection as a crash would: the session lives on until it expires, and may be resumed by
  /// its credentials. No callback runs once this has returned; watches that have not been called by then
  /// never are.
  virtual ~Coordinator() = default;

  /// Errors: no_node (the parent), node_exists, no_children_for_ephemerals. After connection_loss, look
  /// before trying again: the node may be there, and be one's own.
  virtual Outcome<Stat> create(const std::string& path, std::string_view data, Mode mode) = 0;
  /// Errors: no_node, not_empty, bad_version.
  virtual Outcome<void> remove(const std::string& path, std::int32_t version = any_version) = 0;
  /// Errors: no_node, bad_version.
  virtual Outcome<Stat> set(const std::string& path, std::string_view data,
                            std::int32_t version = any_version) = 0;

  /// Errors: no_node.
  virtual Outcome<NodeContent> get(const std::string& path, Watch watch = {}) = 0;
  /// Nothing for a missing node; the watch then waits for its creation.
  virtual Outcome<std::optional<Stat>> exists(const std::string& path, Watch watch = {}) = 0;
  /// Errors: no_node.
  virtual Outcome<NodeChildren> children(const std::string& path, Watch watch = {}) = 0;

  /// All of them, in order and as one change (with one zxid), or none. The error names the operation that
  /// failed.
  virtual Outcome<void> multi(std::span<const Operation> operations) = 0;

  /// Constant for the life of the coordinator.
  virtual SessionCredentials session() const = 0;

  /// Ends the session: its ephemeral nodes are removed, every watch that waits is told `lost`, and all
  /// further calls fail with `closing`. Not from a callback.
  virtual Outcome<void> close() = 0;
};

/// Whether every implementation takes `path` for a node: absolute, canonical, UTF-8 without control
/// characters.
Outcome<void> check_node_path(std::string_view path);
/// Whether `data` is within the limit for a node.
Outcome<void> check_node_data(std::string_view path, std::string_view data);

}  // namespace circuit::anchor
