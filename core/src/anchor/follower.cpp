#include "anchor/follower.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"

namespace circuit::anchor {

Follower::Follower(Path top, Reach reach, Hooks hooks)
    : top_(std::move(top)), reach_(reach), hooks_(std::move(hooks)) {}

Result<void> Follower::start(Tree& tree) {
  stop();
  tree_ = &tree;
  Seen seen;
  if (auto visited = visit(top_, seen); visited.has_error()) {
    stop();
    return visited;
  }
  drop([&](const Path& directory) { return !seen.contains(directory); });
  hooks_.changed();
  return {};
}

void Follower::stop() noexcept {
  tree_ = nullptr;
  for (auto& [directory, node] : nodes_) node.watch.cancel();
}

Listing Follower::listing() const {
  std::lock_guard lock(mutex_);
  Listing listing;
  auto found = nodes_.find(top_);
  if (found == nodes_.end()) return listing;
  listing.revision = found->second.revision;
  listing.directories = found->second.directories;
  for (const auto& [id, file] : found->second.files) listing.files.push_back(file.entry);
  return listing;
}

std::uint64_t Follower::revision() const {
  std::lock_guard lock(mutex_);
  auto found = nodes_.find(top_);
  return found == nodes_.end() ? 0 : found->second.revision;
}

std::uint64_t Follower::sequence() const {
  std::lock_guard lock(mutex_);
  return sequence_;
}

SubtreeChange Follower::since(std::uint64_t sequence) const {
  std::lock_guard lock(mutex_);
  SubtreeChange change;
  change.sequence = sequence_;
  change.whole = sequence < forgotten_ || sequence == 0 || sequence > sequence_;
  for (const auto& [directory, node] : nodes_)
    for (const auto& [id, file] : node.files)
      if (change.whole || file.sequence > sequence) change.joined.push_back({directory, file.entry});
  if (!change.whole)
    for (const Gone& gone : gone_)
      if (gone.sequence > sequence) change.left.push_back(gone.file);
  return change;
}

Result<void> Follower::visit(const Path& directory, Seen& seen) {
  if (seen.size() >= limits::followed_directories)
    return failure(ErrorKind::overloaded, fmt::format("more than {} directories stand under {}: follow less",
                                                      limits::followed_directories, top_.string()));
  auto listing = tree_->open(directory);
  if (listing.has_error()) return listing.error();
  seen.insert(directory);
  return take(directory, *listing, seen);
}

Result<void> Follower::take(const Path& directory, const Listing& listing, Seen& seen) {
  if (directory != top_ && listing.files.empty() && listing.directories.empty()) {
    // Gone. Should it come back, its parent tells.
    seen.erase(directory);
    drop([&](const Path& other) { return directory.contains(other); });
    return {};
  }
  note(directory, listing);
  watch(directory, listing.revision);
  if (reach_ == Reach::directory) return {};
  for (const std::string& name : listing.directories) {
    auto child = directory.child(name);
    if (!child || seen.contains(*child)) continue;
    if (auto visited = visit(*child, seen); visited.has_error()) return visited;
  }
  return {};
}

void Follower::watch(const Path& directory, std::uint64_t revision) {
  auto handle =
      tree_->watch(directory, revision, [weak = weak_from_this(), directory](const Result<Listing>& news) {
        if (auto self = weak.lock()) self->heard(directory, news);
      });
  nodes_.at(directory).watch = std::move(handle);
}

void Follower::heard(const Path& directory, const Result<Listing>& news) {
  if (tree_ == nullptr || !nodes_.contains(directory)) return;
  auto updated = update(directory, news);
  if (updated.has_error()) {
    log::info("the anchor {} is not followed just now: {}", top_.string(), updated.error().text);
    stop();
    hooks_.lost();
  }
  hooks_.changed();
}

Result<void> Follower::update(const Path& directory, const Result<Listing>& news) {
  if (news.has_error() && news.error().kind != ErrorKind::invalid) return news.error();
  Seen seen;
  if (news.has_error() && directory == top_) {  // it has gone, and may come back
    if (auto visited = visit(directory, seen); visited.has_error()) return visited;
    drop([&](const Path& other) { return other != top_ && !seen.contains(other); });
    return {};
  }
  if (news.has_error()) {
    drop([&](const Path& other) { return directory.contains(other); });
    return {};
  }
  // What is known below it tells of its own changes.
  for (const auto& [other, node] : nodes_)
    if (other != directory) seen.insert(other);
  const auto& names = news->directories;
  drop([&](const Path& other) {
    if (other == directory || !directory.contains(other)) return false;
    std::string_view rest =
        std::string_view(other.string()).substr(directory.is_root() ? 1 : directory.string().size() + 1);
    if (std::binary_search(names.begin(), names.end(), rest.substr(0, rest.find('/')))) return false;
    seen.erase(other);
    return true;
  });
  return take(directory, *news, seen);
}

void Follower::note(const Path& directory, const Listing& listing) {
  std::lock_guard lock(mutex_);
  Node& node = nodes_[directory];
  node.revision = listing.revision;
  node.directories = listing.directories;
  std::set<WorkerId> here;
  for (const Entry& entry : listing.files) {
    here.insert(entry.address.id);
    auto [file, is_new] = node.files.try_emplace(entry.address.id);
    if (is_new || file->second.entry.address.incarnation != entry.address.incarnation)
      file->second.sequence = ++sequence_;
    file->second.entry = entry;
  }
  for (auto file = node.files.begin(); file != node.files.end();) {
    if (here.contains(file->first)) {
      ++file;
      continue;
    }
    leave(directory, file->first);
    file = node.files.erase(file);
  }
}

void Follower::drop(const std::function<bool(const Path&)>& is_gone) {
  std::vector<Node> dropped;  // their watches are cancelled with the lock let go
  std::lock_guard lock(mutex_);
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    if (!is_gone(node->first)) {
      ++node;
      continue;
    }
    for (const auto& [id, file] : node->second.files) leave(node->first, id);
    dropped.push_back(std::move(node->second));
    node = nodes_.erase(node);
  }
}

void Follower::leave(const Path& directory, WorkerId worker) {
  gone_.push_back({++sequence_, FilePath{directory, worker}});
  if (gone_.size() <= limits::remembered_removals) return;
  forgotten_ = gone_.front().sequence;
  gone_.pop_front();
}

}  // namespace circuit::anchor
