// The nodes of the embedded tree, in memory, with changes that can be taken back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "anchor/coordinator.hpp"

namespace circuit::anchor::embedded {

/// What is stored of one node. The two sizes in `stat` are not: stat_of() fills them in.
struct Record {
  std::string data;
  Stat stat;
};

/// One node that an operation has touched, with what it was before: nothing if it was created.
struct Change {
  std::string path;
  std::optional<Record> before;
};

/// Thread safety: none; the store locks.
class NodeTree {
 public:
  using Names = std::set<std::string, std::less<>>;

  /// Starts with a root.
  NodeTree();

  /// The stored part of a node; null if it is not there. Good until the next change.
  const Record* find(std::string_view path) const;
  /// The names below a node that is there.
  const Names& children(std::string_view path) const;
  /// The complete stat of a node that is there.
  Stat stat_of(std::string_view path) const;
  /// The ephemeral nodes of one session, sorted.
  std::vector<std::string> owned_by(std::uint64_t session) const;
  std::size_t size() const noexcept { return nodes_.size(); }

  /// Who changes, when, and as which change.
  struct Moment {
    std::uint64_t zxid = 0;
    std::uint64_t wall_ms = 0;
    std::uint64_t session = 0;
  };
  /// Carries out one operation and appends what it touched to `changes`; touches nothing if it fails.
  Outcome<void> apply(const Operation& operation, const Moment& moment, std::vector<Change>& changes);
  /// Takes back `changes`, the last first.
  void undo(std::vector<Change>& changes);

  /// Puts back a stored node, parents before children. False if it cannot belong here.
  bool restore(std::string path, Record record);

 private:
  struct Node {
    Record record;
    Names children;
  };
  using Nodes = std::map<std::string, Node, std::less<>>;

  Outcome<void> create(const Operation& operation, const Moment& moment, std::vector<Change>& changes);
  Outcome<void> remove(const Operation& operation, const Moment& moment, std::vector<Change>& changes);
  Outcome<void> set(const Operation& operation, const Moment& moment, std::vector<Change>& changes);
  Outcome<void> check(const Operation& operation) const;
  void link(std::string path, Record record);
  void unlink(std::string_view path);
  void touch_parent(std::string_view path, const Moment& moment, std::vector<Change>& changes);

  Nodes nodes_;
  std::map<std::uint64_t, std::set<std::string, std::less<>>> owned_;
};

/// The path above, and the last part, of a path that is not the root.
std::string_view parent_of(std::string_view path) noexcept;
std::string_view name_in(std::string_view path) noexcept;

}  // namespace circuit::anchor::embedded
