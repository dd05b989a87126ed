#include "anchor/directory_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/log.hpp"

namespace circuit::anchor {
namespace {

std::string below(const std::string& node, std::string_view name) { return fmt::format("{}/{}", node, name); }

/// Whether a node's name can be that of a directory: what others have put there is not shown.
bool is_directory_name(const Path& directory, const std::string& name) {
  auto child = directory.child(name);
  if (!child) log::warn("the anchor tree holds a strange node, which is passed over: {}", child.error().text);
  return child.has_value();
}

Failure nobody_under(const Path& directory) {
  return failure(ErrorKind::invalid, fmt::format("no worker stands under {}", directory.string()));
}

Failure trouble(const Path& directory, const CoordinatorError& error) {
  return to_failure(fmt::format("reading the anchor {}", directory.string()), error);
}

/// The worker's file in a listing that may be null.
const Entry* find(const Listing* listing, WorkerId id) {
  if (listing == nullptr) return nullptr;
  auto found =
      std::lower_bound(listing->files.begin(), listing->files.end(), id,
                       [](const Entry& entry, WorkerId wanted) { return entry.address.id < wanted; });
  return found != listing->files.end() && found->address.id == id ? &*found : nullptr;
}

}  // namespace

DirectoryReader::DirectoryReader(std::shared_ptr<Coordinator> coordinator, const Path& chroot)
    : coordinator_(std::move(coordinator)), root_(below(chroot.is_root() ? "" : chroot.string(), "anchor")) {}

std::string DirectoryReader::node_of(const Path& directory) const {
  return directory.is_root() ? root_ : root_ + directory.string();
}

std::string DirectoryReader::node_of(const FilePath& file) const {
  return below(node_of(file.directory), file.id.string());
}

Result<Listing> DirectoryReader::list(const Path& directory, const Listing* known) const {
  std::string node = node_of(directory);
  for (int attempt = 0; attempt < limits::anchor_attempts; ++attempt) {
    auto listing = look(directory, node, known);
    if (!listing) {
      if (listing.error().code != Code::no_node) return trouble(directory, listing.error());
      if (!directory.is_root()) return nobody_under(directory);
      // The root is a directory even while nobody has ever stood in the tree.
      auto newest = revision(directory);
      if (!newest) return newest.error();
      return Listing{*newest, {}, {}};
    }
    if (!*listing) continue;
    if (!directory.is_root() && (*listing)->directories.empty() && (*listing)->files.empty())
      return nobody_under(directory);
    return **std::move(listing);
  }
  return failure(
      ErrorKind::overloaded,
      fmt::format("the anchor {} changes faster than it can be read; try again", directory.string()));
}

Outcome<std::optional<Listing>> DirectoryReader::look(const Path& directory, const std::string& node,
                                                      const Listing* known) const {
  auto children = asked_again([&] { return coordinator_->children(node); });
  if (!children) return children.error();
  Listing listing;
  listing.revision = children->stat.pzxid;
  bool cleared = false;
  for (const std::string& name : children->names) {
    if (auto id = WorkerId::parse(name)) {
      if (const Entry* before = find(known, *id)) {
        listing.files.push_back(*before);
        continue;
      }
      auto entry = read_file(node, name);
      if (!entry) return entry.error();
      if (*entry) listing.files.push_back(**std::move(entry));
    } else if (is_directory_name(directory, name)) {
      auto occupied = is_occupied(below(node, name), 0);
      if (!occupied) return occupied.error();
      if (*occupied) {
        listing.directories.push_back(name);
        continue;
      }
      // Left behind by an expired session. It goes now rather than with the next sweep: were it hidden and
      // later used again, the revision of this directory would not tell.
      auto removed = sweep(below(node, name));
      cleared |= removed && *removed > 0;
    }
  }
  if (cleared) return std::optional<Listing>();
  if (children->names.empty() && !directory.is_root()) static_cast<void>(remove_upward(node));
  std::sort(listing.directories.begin(), listing.directories.end());
  std::sort(listing.files.begin(), listing.files.end(),
            [](const Entry& a, const Entry& b) { return a.address.id < b.address.id; });
  return listing;
}

Outcome<std::optional<Entry>> DirectoryReader::read_file(const std::string& directory_node,
                                                         const std::string& name) const {
  std::string node = below(directory_node, name);
  auto content = asked_again([&] { return coordinator_->get(node); });
  if (!content) {
    if (content.error().code == Code::no_node) return std::optional<Entry>();
    return content.error();
  }
  auto entry = decode(content->data);
  if (entry && entry->address.id.string() == name) return std::optional<Entry>(*std::move(entry));
  log::warn("the anchor tree's node {} is passed over: {}", in_quotes(node),
            entry ? "the id in it is another than its name" : entry.error().text);
  return std::optional<Entry>();
}

Outcome<bool> DirectoryReader::is_occupied(const std::string& node, std::size_t depth) const {
  if (depth >= limits::anchor_parts) return false;
  auto children = asked_again([&] { return coordinator_->children(node); });
  if (!children) {
    if (children.error().code == Code::no_node) return false;
    return children.error();
  }
  for (const std::string& name : children->names) {
    if (!WorkerId::parse(name)) continue;
    auto entry = read_file(node, name);
    if (!entry) return entry.error();
    if (*entry) return true;
  }
  for (const std::string& name : children->names) {
    if (WorkerId::parse(name) || !Path().child(name)) continue;
    auto occupied = is_occupied(below(node, name), depth + 1);
    if (!occupied || *occupied) return occupied;
  }
  return false;
}

Result<Entry> DirectoryReader::file(const FilePath& file) const {
  auto entry = read_file(node_of(file.directory), file.id.string());
  if (!entry) return trouble(file.directory, entry.error());
  if (!*entry)
    return failure(ErrorKind::invalid,
                   fmt::format("no worker {} stands in {}", file.id.string(), file.directory.string()));
  return **std::move(entry);
}

Result<std::uint64_t> DirectoryReader::revision(const Path& directory) const {
  std::string node = node_of(directory);
  for (;;) {
    auto stat = asked_again([&] { return coordinator_->exists(node); });
    if (!stat) return trouble(directory, stat.error());
    if (*stat) return (*stat)->pzxid;
    if (node == "/") return failure(ErrorKind::unreachable, "the coordinator has no root");
    node.resize(std::max<std::size_t>(node.rfind('/'), 1));
  }
}

Outcome<bool> DirectoryReader::remove_if_empty(const std::string& node) const {
  auto removed = asked_again([&] { return coordinator_->remove(node); });
  if (removed) return true;
  switch (removed.error().code) {
    case Code::no_node: return true;  // somebody else was faster, or an answer was lost
    case Code::not_empty: return false;
    default: return removed.error();
  }
}

Outcome<void> DirectoryReader::remove_upward(std::string node) const {
  while (node.size() > root_.size()) {
    auto removed = remove_if_empty(node);
    if (!removed) return removed.error();
    if (!*removed) break;
    node.resize(node.rfind('/'));
  }
  return {};
}

Outcome<std::size_t> DirectoryReader::sweep(const std::string& node) const { return sweep(node, 0); }

Outcome<std::size_t> DirectoryReader::sweep(const std::string& node, std::size_t depth) const {
  auto children = asked_again([&] { return coordinator_->children(node); });
  if (!children) {
    if (children.error().code == Code::no_node) return std::size_t{0};
    return children.error();
  }
  std::size_t count = 0;
  if (depth <= limits::anchor_parts) {
    for (const std::string& name : children->names) {
      if (WorkerId::parse(name)) continue;
      auto removed = sweep(below(node, name), depth + 1);
      if (!removed) return removed;
      count += *removed;
    }
  }
  // A node whose last child has just gone is looked at by its removal, which fails if there is another.
  if (node == root_ || (!children->names.empty() && count == 0)) return count;
  auto removed = remove_if_empty(node);
  if (!removed) return removed.error();
  return count + (*removed ? 1 : 0);
}

}  // namespace circuit::anchor
