#include "model/anchor_tree.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace circuit::gui {
namespace {

/// The parts of a path, without the empty ones. A path with too many is cut: no honest agent sends one.
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty() && parts.size() < limits::anchor_parts) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

}  // namespace

void AnchorTree::take(const monitor::Delta& delta) {
  for (const monitor::WorkerPointer& worker : delta.changed) {
    remove(worker->address.id);
    if (worker->state != spawn::WorkerState::dead) add(worker);
  }
  for (WorkerId id : delta.removed) remove(id);
}

void AnchorTree::add(const monitor::WorkerPointer& worker) {
  std::set<Directory*> touched = {&root_};
  for (const std::string& anchor : worker->anchors) {
    Directory* at = &root_;
    for (std::string_view part : parts_of(anchor)) {
      auto found = at->directories.find(part);
      if (found == at->directories.end()) {
        auto made = std::make_unique<Directory>();
        made->name = part;
        made->path = at->path + "/" + made->name;
        made->parent = at;
        found = at->directories.emplace(made->name, std::move(made)).first;
      }
      at = found->second.get();
      touched.insert(at);
    }
    at->workers[worker->address.id] = worker;
  }
  for (Directory* directory : touched) ++directory->count;
  known_[worker->address.id] = worker;
  dirty_ = true;
}

void AnchorTree::remove(WorkerId id) {
  auto known = known_.find(id);
  if (known == known_.end()) return;
  std::set<Directory*> touched = {&root_};
  std::vector<Directory*> ends;
  for (const std::string& anchor : known->second->anchors) {
    Directory* at = &root_;
    for (std::string_view part : parts_of(anchor)) {
      auto found = at->directories.find(part);
      if (found == at->directories.end()) break;
      at = found->second.get();
      touched.insert(at);
    }
    at->workers.erase(id);
    ends.push_back(at);
  }
  for (Directory* directory : touched) --directory->count;
  // Each chain of emptied directories goes from its end upwards; two anchors may share a part of it.
  std::set<Directory*> done;
  std::sort(ends.begin(), ends.end(),
            [](const Directory* a, const Directory* b) { return a->path.size() > b->path.size(); });
  for (Directory* end : ends) {
    while (end != &root_ && !done.contains(end) && end->count == 0 && end->directories.empty()) {
      done.insert(end);
      Directory* parent = end->parent;
      prune(end);
      end = parent;
    }
  }
  known_.erase(known);
  dirty_ = true;
}

void AnchorTree::prune(Directory* directory) {
  Directory* parent = directory->parent;
  // The name is the key's: it must outlive the look-up.
  parent->directories.erase(parent->directories.find(directory->name));
}

void AnchorTree::set_unfolded(const std::string& path, bool unfolded) {
  const bool changed = unfolded ? unfolded_.insert(path).second : unfolded_.erase(path) > 0;
  dirty_ = dirty_ || changed;
}

const std::vector<AnchorTree::Row>& AnchorTree::rows() {
  if (dirty_) {
    rows_.clear();
    flatten(root_, 0);
    dirty_ = false;
  }
  return rows_;
}

void AnchorTree::flatten(const Directory& directory, std::size_t depth) {
  for (const auto& [name, child] : directory.directories) {
    const bool unfolded = unfolded_.contains(child->path);
    rows_.push_back({depth, child.get(), nullptr, unfolded, nullptr});
    if (unfolded) flatten(*child, depth + 1);
  }
  for (const auto& [id, worker] : directory.workers)
    rows_.push_back({depth, nullptr, worker.get(), false, &directory});
}

}  // namespace circuit::gui
