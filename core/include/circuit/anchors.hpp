// Anchors: directories under which workers and apps stand, so that others find them. A live map of the
// cluster.
//
// Find workers by their anchor, call each, and pass over the dead:
//
//   for (const auto& [id, file] : runtime.anchors().open("/jobs/reducer").files().files) try {
//     merge(runtime.dial<Reducer>(file.address, "reducer").call<&Reducer::top>());
//   } catch (const circuit::Error&) {  // it has died since
//   }
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <circuit/identity.hpp>

namespace circuit {

namespace runtime {
class AnchorSource;
class SubtreeWatch;
}  // namespace runtime

/// One worker, or one app, as it stands in a directory. It is the same in each directory of that worker.
struct AnchorFile {
  /// Who it is, with its host and pid, and how to reach it.
  Address address;
  /// The worker function; empty for an app, and for a worker without one.
  std::string function;
  std::string executable;
  /// When the process started: by the wall clock, and in clock ticks since boot as /proc has it, which tells
  /// two processes with the same pid apart.
  std::chrono::system_clock::time_point started;
  std::uint64_t start_ticks = 0;
  /// A program that Circuit did not start.
  bool app = false;
};

/// A directory at one moment.
struct AnchorListing {
  /// Grows with each file or directory that joins or leaves this very directory. Of one that is not there:
  /// the revision of the nearest one above it.
  std::uint64_t rev = 0;
  /// Names of the directories in it, sorted. None of them is empty.
  std::vector<std::string> dirs;
  std::map<WorkerId, AnchorFile> files;
};

/// A directory by its path, whether anyone stands there or not. A directory is there exactly as long as a
/// worker stands in it or below it: nobody makes or removes one. Each function asks the agent, and blocks; it
/// throws Error: `unreachable` when there is no agent, or the agent cannot reach the tree; `cancelled` once
/// the runtime has ended. Thread safety: any thread, but not in inline calls.
class Directory {
 public:
  /// The last part of the path; empty for the root.
  std::string name() const;
  /// In its one spelling: without `.`, `..`, doubled and trailing slashes.
  const std::string& path() const noexcept { return path_; }

  /// The names of the directories in it; none where it is not there.
  std::vector<std::string> dirs() const;
  /// All that is in it; nothing where it is not there.
  AnchorListing files() const;
  /// Waits until the revision is greater than `since`, and returns the directory as it is then; at once if it
  /// is greater already. The agent may be replaced meanwhile. `overloaded` when too many wait already.
  AnchorListing change(std::uint64_t since) const;
  /// The same, for at most that long: then Error `deadline`.
  AnchorListing change(std::uint64_t since, std::chrono::milliseconds timeout) const;

  /// The directory of that name in this one. `invalid` if it is no name.
  Directory directory(std::string_view name) const;
  /// The file of one worker. `invalid` if it does not stand here.
  AnchorFile file(WorkerId id) const;

 private:
  friend class Anchors;
  Directory(std::shared_ptr<runtime::AnchorSource> source, std::string path)
      : source_(std::move(source)), path_(std::move(path)) {}

  std::shared_ptr<runtime::AnchorSource> source_;
  std::string path_;
};

/// Somebody has joined a directory, or left it.
struct AnchorEvent {
  enum class Kind : std::uint8_t { joined, left };
  Kind kind = Kind::joined;
  std::string directory;
  AnchorFile file;
};

/// Told what has changed since it was told last; never nothing.
using AnchorHandler = std::function<void(const std::vector<AnchorEvent>&)>;

/// Keeps a watch going; ends it when it goes. Once end() or the destructor has returned, the handler is not
/// running and will not run, unless it is the handler that ends it.
/// Thread safety: one owner.
class AnchorWatch {
 public:
  AnchorWatch() = default;
  explicit AnchorWatch(std::shared_ptr<runtime::SubtreeWatch> watch) : watch_(std::move(watch)) {}
  AnchorWatch(AnchorWatch&&) noexcept = default;
  AnchorWatch& operator=(AnchorWatch&& other) noexcept;
  ~AnchorWatch() { end(); }

  void end() noexcept;

 private:
  std::shared_ptr<runtime::SubtreeWatch> watch_;
};

/// The anchor tree, as a runtime sees it. Copies are the same. Functions block, and throw Error as
/// Directory's do. Thread safety: any thread, but not in inline calls.
class Anchors {
 public:
  explicit Anchors(std::shared_ptr<runtime::AnchorSource> source) : source_(std::move(source)) {}

  /// The directory of that path, whether it is there or not. `invalid` says which rule the path breaks: it
  /// begins with a slash, is UTF-8 without control characters, and no part of it looks like a worker's id.
  Directory open(std::string_view path) const;

  /// Tells `handler` who joins and who leaves `path` and everything below it, beginning with those who stand
  /// there now. Changes that come while the handler runs are told together, and what was undone meanwhile is
  /// not told. It is told nothing false: while the agent or its session with the tree is replaced, nobody who
  /// lives leaves. The handler is called on a thread of the pool, one call at a time, and may block. What it
  /// throws is logged. `overloaded` when this process has too many watches, or too much stands under `path`.
  [[nodiscard]] AnchorWatch watch_subtree(std::string_view path, AnchorHandler handler) const;

  /// Registers this process, a worker or an app, under `path` as well, for as long as it lives. Repeating it
  /// is harmless. After `unreachable` with may_have_run() it is registered once the tree is back.
  /// `overloaded` when it stands under too many anchors.
  void add(std::string_view path) const;
  /// Takes it out of `path` again; where it does not stand, nothing happens. `invalid` for the `/host/<host>`
  /// of a worker.
  void remove(std::string_view path) const;

 private:
  std::shared_ptr<runtime::AnchorSource> source_;
};

}  // namespace circuit
