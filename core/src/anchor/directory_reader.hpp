// Reading the anchor tree out of a coordinator's nodes, and clearing away the directories that have become
// empty.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anchor/coordinator.hpp"
#include "anchor/entry.hpp"
#include "base/anchor_path.hpp"
#include "base/limits.hpp"

namespace circuit::anchor {

/// One directory.
struct Listing {
  /// Grows with every file or directory that is added to or removed from this directory, and only then.
  std::uint64_t revision = 0;
  /// Names of the directories in it, sorted.
  std::vector<std::string> directories;
  /// The workers that stand in it, sorted by id.
  std::vector<Entry> files;
};

/// Thread safety: every function from any thread that may wait for round trips to the coordinator.
class DirectoryReader {
 public:
  /// The tree lies in the node `anchor` below the node `chroot`.
  DirectoryReader(std::shared_ptr<Coordinator> coordinator, const Path& chroot);

  Coordinator& coordinator() const noexcept { return *coordinator_; }
  /// The node of the tree's root, which stays once it is there.
  const std::string& root_node() const noexcept { return root_; }
  std::string node_of(const Path& directory) const;
  std::string node_of(const FilePath& file) const;

  /// `known`: files that an earlier look has shown, which are not read again. A file is written once.
  Result<Listing> list(const Path& directory, const Listing* known = nullptr) const;
  Result<Entry> file(const FilePath& file) const;
  Result<std::uint64_t> revision(const Path& directory) const;

  /// Removes `node`, and the nodes above it up to the root of the tree, as far as they have no children.
  Outcome<void> remove_upward(std::string node) const;
  /// Removes each node without children below `node`, and it too if it has become one, unless it is the root.
  /// Returns how many were removed.
  Outcome<std::size_t> sweep(const std::string& node) const;

 private:
  Outcome<std::size_t> sweep(const std::string& node, std::size_t depth) const;
  Outcome<bool> remove_if_empty(const std::string& node) const;
  Outcome<std::optional<Entry>> read_file(const std::string& directory_node, const std::string& name) const;
  Outcome<bool> is_occupied(const std::string& node, std::size_t depth) const;
  /// One look at a directory. Nothing if something was cleared away, so that it must be looked at again.
  Outcome<std::optional<Listing>> look(const Path& directory, const std::string& node,
                                       const Listing* known) const;

  const std::shared_ptr<Coordinator> coordinator_;
  const std::string root_;
};

/// Asks again while the answer is lost, a few times. For questions, and for what may safely be done twice.
template <class Question>
auto asked_again(Question question) -> decltype(question()) {
  auto answer = question();
  for (int i = 1; i < limits::anchor_questions && !answer && answer.error().code == Code::connection_loss;
       ++i)
    answer = question();
  return answer;
}

}  // namespace circuit::anchor
