// The anchor tree: the live map of who stands where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "anchor/coordinator.hpp"
#include "anchor/directory_reader.hpp"
#include "anchor/directory_watch.hpp"
#include "anchor/entry.hpp"
#include "base/anchor_path.hpp"

namespace circuit::anchor {

/// Directories in which workers have files. A file is a label, not a link: it is the same in each directory
/// of its worker, and it is there as long as the session that added it. A directory exists exactly as long as
/// there is a file in it or below it: it is made for its first file and goes with its last, and none is ever
/// shown empty. Only the root always exists.
///
/// Thread safety: every function from any thread that may wait for round trips to the coordinator.
/// Errors: those of the coordinator as `unreachable` (with may_have_run if the outcome is unknown; the call
/// may be repeated), `overloaded` if others changed the same directories all the time.
class Tree {
 public:
  /// The tree below the node `chroot` of the coordinator; several trees may lie in one. `post` runs the jobs
  /// of watch(), on a thread that may wait; with the embedded store it may run them at once.
  Tree(std::shared_ptr<Coordinator> coordinator, Post post, const Path& chroot = {});

  /// Puts a worker into all of these directories, as one change, or into none. Repeating it is harmless, and
  /// mends what a former session has left. `refused` if another incarnation of the worker stands there.
  Result<void> add(const std::vector<Path>& directories, const Entry& entry);
  /// Puts a worker into one directory in which nobody else stands, nor below it, and into none where somebody
  /// does: `refused` names him. Of several who claim a directory at once one gets it. Afterwards it is as any
  /// other: who is added to it stands there too. Its revision grows, also where the worker stood there.
  Result<void> claim(const Path& directory, const Entry& entry);
  /// Takes a worker out of these directories; where it does not stand, nothing happens. Goes on after a
  /// failure and returns the first.
  Result<void> remove(const std::vector<Path>& directories, WorkerId worker);

  /// One directory. `invalid`, "no worker stands under /x", if there is none.
  Result<Listing> list(const Path& directory) const { return reader_->list(directory); }
  /// The same where there is none as well: it is empty then, and has the revision of the nearest one above
  /// it. Files that an earlier look or a watch has shown are not read again.
  Result<Listing> open(const Path& directory) const;
  /// A directory and all below it, depth first, in the order of their names. Not one moment of the tree: it
  /// may change meanwhile, which the revisions tell.
  Result<std::vector<std::pair<Path, Listing>>> walk(const Path& directory) const;
  /// One worker's file. `invalid` if there is none.
  Result<Entry> file(const FilePath& file) const { return reader_->file(file); }
  /// The revision of a directory; where there is none, that of the nearest one above it.
  Result<std::uint64_t> revision(const Path& directory) const { return reader_->revision(directory); }

  /// Calls `callback` once when files or directories have been added to or removed from this very directory
  /// (not those below it) after the revision `since`: at once if they have been already. A directory that is
  /// not there is waited for, and one that goes ends the wait with `invalid`, as list() says it; that also
  /// comes at once where something about the directories above it has changed since. The callback comes from
  /// `post`, unless the handle or the tree goes before.
  [[nodiscard]] WatchHandle watch(const Path& directory, std::uint64_t since, ListingCallback callback) {
    return watches_->watch(directory, since, std::move(callback));
  }

  /// Removes the directories that expired sessions have left empty, and returns how many. For the janitor;
  /// readers do the same where they look.
  Result<std::size_t> sweep();

 private:
  /// One attempt, which fails if others change the same nodes meanwhile.
  Outcome<void> try_to_add(const std::vector<Path>& directories, const Entry& entry,
                           const std::string& content);
  Outcome<void> try_to_claim(const Path& directory, bool stands_there, const Entry& entry,
                             const std::string& content);
  Result<void> walk(const Path& directory, std::vector<std::pair<Path, Listing>>& out) const;

  std::shared_ptr<const DirectoryReader> reader_;
  std::shared_ptr<DirectoryWatches> watches_;
};

}  // namespace circuit::anchor
