#include "anchor/embedded/node_tree.hpp"

#include <cassert>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "base/anchor_path.hpp"

namespace circuit::anchor::embedded {
namespace {

CoordinatorError error(Code code, std::string_view path, std::string_view what) {
  return {code, fmt::format("the node {} {}", in_quotes(path), what), {}};
}

/// Versions start again rather than overflow.
std::int32_t next(std::int32_t version) noexcept {
  return version == std::numeric_limits<std::int32_t>::max() ? 0 : version + 1;
}

}  // namespace

std::string_view parent_of(std::string_view path) noexcept {
  std::size_t slash = path.rfind('/');
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view name_in(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

NodeTree::NodeTree() { nodes_["/"]; }

const Record* NodeTree::find(std::string_view path) const {
  auto node = nodes_.find(path);
  return node == nodes_.end() ? nullptr : &node->second.record;
}

const NodeTree::Names& NodeTree::children(std::string_view path) const {
  return nodes_.find(path)->second.children;
}

Stat NodeTree::stat_of(std::string_view path) const {
  const Node& node = nodes_.find(path)->second;
  Stat stat = node.record.stat;
  stat.data_length = static_cast<std::int32_t>(node.record.data.size());
  stat.children = static_cast<std::int32_t>(node.children.size());
  return stat;
}

std::vector<std::string> NodeTree::owned_by(std::uint64_t session) const {
  auto owned = owned_.find(session);
  if (owned == owned_.end()) return {};
  return {owned->second.begin(), owned->second.end()};
}

Outcome<void> NodeTree::apply(const Operation& operation, const Moment& moment,
                              std::vector<Change>& changes) {
  if (auto good = check_node_path(operation.path); !good) return good;
  if (auto good = check_node_data(operation.path, operation.data); !good) return good;
  switch (operation.kind) {
    case Operation::Kind::create: return create(operation, moment, changes);
    case Operation::Kind::remove: return remove(operation, moment, changes);
    case Operation::Kind::set: return set(operation, moment, changes);
    case Operation::Kind::check: return check(operation);
  }
  return error(Code::invalid, operation.path, "was to be changed in an unknown way");
}

Outcome<void> NodeTree::create(const Operation& operation, const Moment& moment,
                               std::vector<Change>& changes) {
  const std::string& path = operation.path;
  if (find(path) != nullptr) return error(Code::node_exists, path, "exists");
  const Record* parent = find(parent_of(path));
  if (parent == nullptr) return error(Code::no_node, path, "has no parent");
  if (parent->stat.ephemeral_owner != 0)
    return error(Code::no_children_for_ephemerals, path, "would be below an ephemeral node");
  touch_parent(path, moment, changes);
  Record record;
  record.data = operation.data;
  record.stat.czxid = record.stat.mzxid = record.stat.pzxid = moment.zxid;
  record.stat.ctime_ms = record.stat.mtime_ms = moment.wall_ms;
  if (operation.mode == Mode::ephemeral) record.stat.ephemeral_owner = moment.session;
  changes.push_back({path, std::nullopt});
  link(path, std::move(record));
  return {};
}

Outcome<void> NodeTree::remove(const Operation& operation, const Moment& moment,
                               std::vector<Change>& changes) {
  const std::string& path = operation.path;
  if (path == "/") return error(Code::invalid, path, "is the root, which cannot be removed");
  if (auto good = check(operation); !good) return good;
  auto node = nodes_.find(path);
  if (!node->second.children.empty()) return error(Code::not_empty, path, "has children");
  touch_parent(path, moment, changes);
  changes.push_back({path, node->second.record});
  unlink(path);
  return {};
}

Outcome<void> NodeTree::set(const Operation& operation, const Moment& moment, std::vector<Change>& changes) {
  if (auto good = check(operation); !good) return good;
  Record& record = nodes_.find(operation.path)->second.record;
  changes.push_back({operation.path, record});
  record.data = operation.data;
  record.stat.mzxid = moment.zxid;
  record.stat.mtime_ms = moment.wall_ms;
  record.stat.version = next(record.stat.version);
  return {};
}

Outcome<void> NodeTree::check(const Operation& operation) const {
  const Record* record = find(operation.path);
  if (record == nullptr) return error(Code::no_node, operation.path, "does not exist");
  if (operation.version != any_version && operation.version != record->stat.version)
    return error(Code::bad_version, operation.path,
                 fmt::format("has version {}, not {}", record->stat.version, operation.version));
  return {};
}

void NodeTree::touch_parent(std::string_view path, const Moment& moment, std::vector<Change>& changes) {
  auto parent = nodes_.find(parent_of(path));
  Record& record = parent->second.record;
  changes.push_back({parent->first, record});
  record.stat.pzxid = moment.zxid;
  record.stat.cversion = next(record.stat.cversion);
}

void NodeTree::undo(std::vector<Change>& changes) {
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    auto node = nodes_.find(change->path);
    if (!change->before)
      unlink(change->path);
    else if (node == nodes_.end())
      link(std::move(change->path), *std::move(change->before));
    else
      node->second.record = *std::move(change->before);
  }
  changes.clear();
}

bool NodeTree::restore(std::string path, Record record) {
  if (!check_node_path(path)) return false;
  if (path == "/") {
    nodes_["/"].record = std::move(record);
    return true;
  }
  const Record* parent = find(parent_of(path));
  if (parent == nullptr || parent->stat.ephemeral_owner != 0 || find(path) != nullptr) return false;
  link(std::move(path), std::move(record));
  return true;
}

void NodeTree::link(std::string path, Record record) {
  nodes_.find(parent_of(path))->second.children.emplace(name_in(path));
  if (record.stat.ephemeral_owner != 0) owned_[record.stat.ephemeral_owner].insert(path);
  nodes_.emplace(std::move(path), Node{std::move(record), {}});
}

void NodeTree::unlink(std::string_view path) {
  auto node = nodes_.find(path);
  assert(node != nodes_.end() && node->second.children.empty());
  Names& siblings = nodes_.find(parent_of(path))->second.children;
  siblings.erase(siblings.find(name_in(path)));
  if (std::uint64_t owner = node->second.record.stat.ephemeral_owner; owner != 0) {
    auto owned = owned_.find(owner);
    owned->second.erase(node->first);
    if (owned->second.empty()) owned_.erase(owned);
  }
  nodes_.erase(node);
}

}  // namespace circuit::anchor::embedded
