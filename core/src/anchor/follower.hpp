// Following a directory, or it and all below it, as it changes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "anchor/tree.hpp"

namespace circuit::anchor {

/// A file, and where it stands.
struct Standing {
  Path directory;
  Entry entry;
};

/// What has changed since an earlier look.
struct SubtreeChange {
  std::uint64_t sequence = 0;
  /// True: `joined` is all there is. False: what differs from the sequence that was asked for.
  bool whole = true;
  std::vector<Standing> joined;
  /// These went, before some of them may have joined again.
  std::vector<FilePath> left;
};

/// Keeps what stands in a directory, and numbers what changes, so that whoever asks gets just that. It goes
/// on with what it knew when the session with the tree has ended and another has begun: what stands in both
/// has never left. Thread safety: listing() and since() from any thread; the rest, also the end, on the
/// thread on which the tree's watches are told.
class Follower : public std::enable_shared_from_this<Follower> {
 public:
  enum class Reach : std::uint8_t { directory, subtree };
  struct Hooks {
    /// Something has changed.
    std::function<void()> changed;
    /// The tree could not be read: nothing is heard any more until start() succeeds again.
    std::function<void()> lost;
  };
  Follower(Path top, Reach reach, Hooks hooks);

  /// Looks at everything, and follows it in `tree` from now on, until stop() or a loss. What it could not
  /// read stays as it was known.
  Result<void> start(Tree& tree);
  /// The tree goes.
  void stop() noexcept;
  bool is_following() const noexcept { return tree_ != nullptr; }

  /// The top directory, and its revision.
  Listing listing() const;
  std::uint64_t revision() const;
  /// The number of the last change.
  std::uint64_t sequence() const;
  SubtreeChange since(std::uint64_t sequence) const;

 private:
  struct File {
    Entry entry;
    std::uint64_t sequence = 0;
  };
  struct Node {
    WatchHandle watch;
    std::uint64_t revision = 0;
    std::vector<std::string> directories;
    std::map<WorkerId, File> files;
  };
  struct Gone {
    std::uint64_t sequence;
    FilePath file;
  };
  using Seen = std::set<Path>;

  Result<void> visit(const Path& directory, Seen& seen);
  Result<void> take(const Path& directory, const Listing& listing, Seen& seen);
  void heard(const Path& directory, const Result<Listing>& news);
  Result<void> update(const Path& directory, const Result<Listing>& news);
  void note(const Path& directory, const Listing& listing);
  /// Lets go of the nodes for which `is_gone`; their files have left.
  void drop(const std::function<bool(const Path&)>& is_gone);
  void leave(const Path& directory, WorkerId worker);
  void watch(const Path& directory, std::uint64_t revision);

  const Path top_;
  const Reach reach_;
  const Hooks hooks_;
  Tree* tree_ = nullptr;

  mutable std::mutex mutex_;
  std::map<Path, Node> nodes_;
  std::uint64_t sequence_ = 1;
  std::deque<Gone> gone_;
  /// Up to this sequence departures have been forgotten: who has seen less gets everything anew.
  std::uint64_t forgotten_ = 0;
};

}  // namespace circuit::anchor
