#include "selector.hpp"

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
    selector.directory = above;
  } else {
    selector.directory = text;
  }
  return selector;
}

namespace {

Result<std::vector<spawn::WorkerRecord>> select_one(monitor::LiveCluster& cluster, const std::string& text) {
  auto selector = Selector::parse(text);
  if (selector.has_error()) return selector.error();
  if (selector->kind == Selector::Kind::worker) {
    auto record = cluster.worker(selector->worker);
    if (record.has_error()) return record.error();
    return std::vector{std::move(*record)};
  }
  std::vector<spawn::WorkerRecord> workers;
  if (selector->kind == Selector::Kind::directory) {
    auto listing = cluster.anchors(selector->directory);
    if (listing.has_error()) return listing.error();
    return std::move(listing->workers);
  }
  auto listings = cluster.walk(selector->directory);
  if (listings.has_error()) return listings.error();
  for (const auto& listing : *listings) workers.insert(workers.end(), listing.workers.begin(), listing.workers.end());
  return workers;
}

}  // namespace

Result<std::map<WorkerId, spawn::WorkerRecord>> select(monitor::LiveCluster& cluster,
                                                       const std::vector<std::string>& selectors) {
  std::map<WorkerId, spawn::WorkerRecord> selected;
  for (const std::string& text : selectors) {
    auto workers = select_one(cluster, text);
    if (workers.has_error()) return workers.error();
    for (auto& record : *workers) selected.emplace(record.address.id, std::move(record));
  }
  return selected;
}

}  // namespace circuit::cli
