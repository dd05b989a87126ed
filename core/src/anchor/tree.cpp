#include "anchor/tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <string>

#include "base/limits.hpp"

namespace circuit::anchor {
namespace {

std::vector<Path> without_doubles(std::vector<Path> paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

/// Whether the same may go well if it is tried again, because others changed the same nodes or the answer was
/// lost.
bool is_worth_another_try(Code code) noexcept {
  switch (code) {
    case Code::no_node:
    case Code::node_exists:
    case Code::not_empty:
    case Code::bad_version: return true;
    default: return false;
  }
}

/// Who is in a directory beside that worker, as a sentence.
std::optional<std::string> other_than(const Address& worker, const Path& directory, const Listing& listing) {
  for (const Entry& entry : listing.files)
    if (entry.address.id != worker.id || entry.address.incarnation != worker.incarnation)
      return fmt::format("{} stands in {}", entry.address.string(), directory.string());
  if (listing.directories.empty()) return std::nullopt;
  return fmt::format("somebody stands in {}", directory.child(listing.directories.front())->string());
}

/// Collects the operations that put one worker into several directories.
class Registration {
 public:
  Registration(const DirectoryReader& reader, const Entry& entry, const std::string& content)
      : reader_(reader), entry_(entry), content_(content), session_(reader.coordinator().session().id) {}

  /// Adds what `directory` needs. The error is final.
  Outcome<void> place(const Path& directory) {
    FilePath file{directory, entry_.address.id};
    std::string node = reader_.node_of(file);
    auto present = asked_again([&] { return reader_.coordinator().get(node); });
    if (present) return replace(file, node, *present);
    if (present.error().code != Code::no_node) return present.error();
    if (auto above = create_missing(reader_.node_of(directory)); !above) return above;
    operations_.push_back(Operation::create(node, content_, Mode::ephemeral));
    return {};
  }

  /// The same for a directory that must be new.
  Outcome<void> place_alone(const Path& directory) {
    const std::string node = reader_.node_of(directory);
    if (auto above = create_missing(node); !above) return above;
    // Who makes the directory stands there first: the others find it made.
    if (!created_.contains(node))
      return CoordinatorError{Code::node_exists, fmt::format("{} is there already", directory.string()), {}};
    operations_.push_back(Operation::create(reader_.node_of(FilePath{directory, entry_.address.id}), content_,
                                            Mode::ephemeral));
    return {};
  }

  /// The same for a directory in which the worker stands already: its file is made anew, so that the
  /// directory changes.
  Outcome<void> place_again(const Path& directory) {
    const std::string node = reader_.node_of(FilePath{directory, entry_.address.id});
    operations_.push_back(Operation::remove(node));
    operations_.push_back(Operation::create(node, content_, Mode::ephemeral));
    return {};
  }

  const std::vector<Operation>& operations() const noexcept { return operations_; }

 private:
  /// There is a node already: ours, that of a session that is over, or rubbish.
  Outcome<void> replace(const FilePath& file, const std::string& node, const NodeContent& present) {
    auto old = decode(present.data);
    if (old && old->address.id == entry_.address.id && old->address.incarnation != entry_.address.incarnation)
      return CoordinatorError{
          Code::refused,
          fmt::format("another incarnation of {} stands in {}", file.id.string(), file.directory.string()),
          {}};
    bool ours = present.stat.ephemeral_owner == session_;
    if (ours && present.data == content_) return {};
    // Never adopted: it would vanish with the session that made it.
    operations_.push_back(Operation::remove(node, present.stat.version));
    operations_.push_back(Operation::create(node, content_, Mode::ephemeral));
    return {};
  }

  Outcome<void> create_missing(std::string node) {
    std::vector<std::string> missing;
    while (node != "/" && !created_.contains(node)) {
      auto stat = asked_again([&] { return reader_.coordinator().exists(node); });
      if (!stat) return stat.error();
      if (*stat) break;
      missing.push_back(node);
      node.resize(std::max<std::size_t>(node.rfind('/'), 1));
    }
    for (auto one = missing.rbegin(); one != missing.rend(); ++one) {
      operations_.push_back(Operation::create(*one, {}, Mode::persistent));
      created_.insert(std::move(*one));
    }
    return {};
  }

  const DirectoryReader& reader_;
  const Entry& entry_;
  const std::string& content_;
  const std::uint64_t session_;
  std::set<std::string> created_;
  std::vector<Operation> operations_;
};

}  // namespace

Tree::Tree(std::shared_ptr<Coordinator> coordinator, Post post, const Path& chroot)
    : reader_(std::make_shared<const DirectoryReader>(std::move(coordinator), chroot)),
      watches_(std::make_shared<DirectoryWatches>(reader_, std::move(post))) {}

Result<void> Tree::add(const std::vector<Path>& directories, const Entry& entry) {
  if (directories.size() > limits::anchors_per_worker)
    return failure(ErrorKind::invalid, fmt::format("{} anchors for one worker; at most {} are allowed",
                                                   directories.size(), limits::anchors_per_worker));
  auto content = encode(entry);
  if (!content) return content.error();
  std::vector<Path> places = without_doubles(directories);
  int losses = 0;
  for (int attempt = 0; attempt < limits::anchor_attempts; ++attempt) {
    auto added = try_to_add(places, entry, *content);
    if (added) return {};
    // A lost answer is found out about by looking again: what is there already needs no operation.
    bool lost = added.error().code == Code::connection_loss && ++losses < limits::anchor_questions;
    if (!lost && !is_worth_another_try(added.error().code))
      return to_failure(fmt::format("registering {}", entry.address.id.string()), added.error());
  }
  return failure(ErrorKind::overloaded,
                 fmt::format("the anchors of {} change faster than it can be registered; try again",
                             entry.address.id.string()));
}

Outcome<void> Tree::try_to_add(const std::vector<Path>& directories, const Entry& entry,
                               const std::string& content) {
  Registration registration(*reader_, entry, content);
  for (const Path& directory : directories)
    if (auto placed = registration.place(directory); !placed) return placed;
  if (registration.operations().empty()) return {};
  return reader_->coordinator().multi(registration.operations());
}

Result<void> Tree::claim(const Path& directory, const Entry& entry) {
  auto content = encode(entry);
  if (!content) return content.error();
  int losses = 0;
  for (int attempt = 0; attempt < limits::anchor_attempts; ++attempt) {
    // A look clears away what expired sessions have left.
    auto listing = reader_->list(directory);
    if (!listing && listing.error().kind != ErrorKind::invalid) return listing.error();
    if (listing)
      if (auto other = other_than(entry.address, directory, *listing))
        return failure(ErrorKind::refused, *std::move(other));
    auto claimed = try_to_claim(directory, listing.has_value(), entry, *content);
    if (claimed) return {};
    bool lost = claimed.error().code == Code::connection_loss && ++losses < limits::anchor_questions;
    if (!lost && !is_worth_another_try(claimed.error().code))
      return to_failure(fmt::format("claiming {} for {}", directory.string(), entry.address.id.string()),
                        claimed.error());
  }
  return failure(
      ErrorKind::overloaded,
      fmt::format("the anchor {} changes faster than it can be claimed; try again", directory.string()));
}

Outcome<void> Tree::try_to_claim(const Path& directory, bool stands_there, const Entry& entry,
                                 const std::string& content) {
  Registration registration(*reader_, entry, content);
  auto placed = stands_there ? registration.place_again(directory) : registration.place_alone(directory);
  if (!placed) return placed;
  return reader_->coordinator().multi(registration.operations());
}

Result<void> Tree::remove(const std::vector<Path>& directories, WorkerId worker) {
  Result<void> outcome;
  for (const Path& directory : without_doubles(directories)) {
    std::string node = reader_->node_of(FilePath{directory, worker});
    auto removed = asked_again([&] { return reader_->coordinator().remove(node); });
    if (removed || removed.error().code == Code::no_node)
      removed = reader_->remove_upward(reader_->node_of(directory));
    if (!removed && outcome)
      outcome = to_failure(fmt::format("taking {} out of {}", worker.string(), directory.string()),
                           removed.error());
  }
  return outcome;
}

Result<Listing> Tree::open(const Path& directory) const {
  auto listing = watches_->look(directory);
  if (listing.has_value() || listing.error().kind != ErrorKind::invalid) return listing;
  auto nearest = revision(directory);
  if (nearest.has_error()) return nearest.error();
  // Only a revision between two looks that find nothing is certain to be that of the nothing.
  listing = watches_->look(directory);
  if (listing.has_value() || listing.error().kind != ErrorKind::invalid) return listing;
  return Listing{*nearest, {}, {}};
}

Result<std::vector<std::pair<Path, Listing>>> Tree::walk(const Path& directory) const {
  std::vector<std::pair<Path, Listing>> out;
  if (auto walked = walk(directory, out); !walked) return walked.error();
  return out;
}

Result<void> Tree::walk(const Path& directory, std::vector<std::pair<Path, Listing>>& out) const {
  auto listing = list(directory);
  if (!listing) return listing.error();
  std::size_t own = out.size();
  out.emplace_back(directory, *std::move(listing));
  std::vector<std::string> names = std::exchange(out[own].second.directories, {});
  for (std::string& name : names) {
    auto child = directory.child(name);
    if (!child) continue;
    auto walked = walk(*child, out);
    // One that has gone since is left out here as well, so that what is named is also described.
    if (walked)
      out[own].second.directories.push_back(std::move(name));
    else if (walked.error().kind != ErrorKind::invalid)
      return walked;
  }
  Listing& seen = out[own].second;
  if (seen.directories.empty() && seen.files.empty() && !directory.is_root()) {
    out.resize(own);
    return failure(ErrorKind::invalid, fmt::format("no worker stands under {}", directory.string()));
  }
  return {};
}

Result<std::size_t> Tree::sweep() {
  auto removed = reader_->sweep(reader_->root_node());
  if (!removed) return to_failure("sweeping the anchor tree", removed.error());
  return *removed;
}

}  // namespace circuit::anchor
