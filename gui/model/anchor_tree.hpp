// The anchor tree, kept from the anchors that the workers have.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "monitor/snapshot.hpp"

namespace circuit::gui {

/// Follows one snapshot to the next by their difference: what has not changed costs nothing. The dead have
/// left the tree; directories exist exactly as long as something lives in them. Thread safety: none; one
/// owner.
class AnchorTree {
 public:
  struct Directory {
    std::string name;
    std::string path;
    Directory* parent = nullptr;
    /// Workers at or below it, each once.
    std::size_t count = 0;
    std::map<std::string, std::unique_ptr<Directory>, std::less<>> directories;
    std::map<WorkerId, monitor::WorkerPointer> workers;
  };

  /// One line of the tree: a directory, or a worker.
  struct Row {
    std::size_t depth = 0;
    const Directory* directory = nullptr;
    const spawn::WorkerRecord* worker = nullptr;
    bool unfolded = false;
    /// The directory in which the worker stands.
    const Directory* holder = nullptr;
  };

  void take(const monitor::Delta& delta);
  void set_unfolded(const std::string& path, bool unfolded);
  bool is_unfolded(const std::string& path) const { return unfolded_.contains(path); }

  /// The lines that are seen; they live until the next take().
  const std::vector<Row>& rows();
  /// Workers in the whole tree.
  std::size_t count() const noexcept { return root_.count; }

 private:
  void add(const monitor::WorkerPointer& worker);
  void remove(WorkerId id);
  void flatten(const Directory& directory, std::size_t depth);
  void prune(Directory* directory);

  Directory root_;
  std::unordered_map<WorkerId, monitor::WorkerPointer> known_;
  std::set<std::string> unfolded_ = {"/host"};
  std::vector<Row> rows_;
  bool dirty_ = true;
};

}  // namespace circuit::gui
