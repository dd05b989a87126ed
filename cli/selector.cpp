#include "selector.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "output.hpp"

namespace circuit::cli {

Result<Selector> Selector::parse(const std::string& text) {
  Selector selector;
  if (auto id = WorkerId::parse(text)) {
    selector.kind = Kind::worker;
    selector.worker = *id;
    return selector;
  }
  if (!text.starts_with('/'))
    return failure(ErrorKind::invalid,
                   fmt::format("'{}' selects nothing: write /dir, /dir/..., /dir/R... or R...", plain(text)));
  std::size_t slash = text.rfind('/');
  std::string last = text.substr(slash + 1);
  std::string above = slash == 0 ? "/" : text.substr(0, slash);
  if (last == "...") {
    selector.kind = Kind::subtree;
    selector.directory = above;
  } else if (auto id = WorkerId::parse(last)) {
    selector.kind = Kind::worker;
    selector.worker = *id;
    // As the tree has it: `//hello/.` is /hello.
    selector.directory = std::filesystem::path(above).lexically_normal().string();
    if (selector.directory.size() > 1 && selector.directory.back() == '/') selector.directory.pop_back();
  } else {
    selector.directory = text;
  }
  return selector;
}

namespace {

Result<std::vector<spawn::WorkerRecord>> select_worker(monitor::LiveCluster& cluster,
                                                       const Selector& selector) {
  auto record = cluster.worker(selector.worker);
  if (record.has_error()) return record.error();
  // Ids are unique: the directory is there for the reader. But a wrong one is a mistake that should be heard
  // of.
  const auto& anchors = record->anchors;
  if (!selector.directory.empty() &&
      std::find(anchors.begin(), anchors.end(), selector.directory) == anchors.end()) {
    auto paths = paths_of(*record);
    return failure(ErrorKind::invalid,
                   fmt::format("{} does not stand in {}, but at {}", selector.worker.string(),
                               plain(selector.directory), fmt::join(paths, " and ")));
  }
  return std::vector{std::move(*record)};
}

}  // namespace

Result<std::vector<spawn::WorkerRecord>> select(monitor::LiveCluster& cluster, const std::string& text) {
  auto selector = Selector::parse(text);
  if (selector.has_error()) return selector.error();
  if (selector->kind == Selector::Kind::worker) return select_worker(cluster, *selector);
  if (selector->kind == Selector::Kind::directory) {
    auto listing = cluster.anchors(selector->directory);
    if (listing.has_error()) return listing.error();
    return std::move(listing->workers);
  }
  auto listings = cluster.walk(selector->directory);
  if (listings.has_error()) return listings.error();
  std::vector<spawn::WorkerRecord> workers;
  for (const auto& listing : *listings)
    workers.insert(workers.end(), listing.workers.begin(), listing.workers.end());
  return workers;
}

std::vector<std::string> paths_of(const spawn::WorkerRecord& worker) {
  std::vector<std::string> paths;
  for (const std::string& anchor : worker.anchors)
    paths.push_back(path_in(anchor, worker.address.id.string()));
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string path_in(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

}  // namespace circuit::cli
