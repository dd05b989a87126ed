#include "anchor/embedded/watch_table.hpp"

#include <algorithm>
#include <utility>

#include "anchor/embedded/node_tree.hpp"

namespace circuit::anchor::embedded {

void WatchTable::add(Kind kind, const std::string& path, std::uint64_t connection, Watch watch) {
  Table& table = kind == Kind::node ? nodes_ : children_;
  table[path].push_back({connection, std::move(watch)});
}

void WatchTable::take(const Operation& operation, std::vector<Due>& due) {
  const std::string& path = operation.path;
  switch (operation.kind) {
    case Operation::Kind::create:
      take(nodes_, path, WatchEventKind::created, due);
      take(children_, parent_of(path), WatchEventKind::children, due);
      break;
    case Operation::Kind::remove:
      take(nodes_, path, WatchEventKind::deleted, due);
      take(children_, path, WatchEventKind::deleted, due);
      take(children_, parent_of(path), WatchEventKind::children, due);
      break;
    case Operation::Kind::set: take(nodes_, path, WatchEventKind::changed, due); break;
    case Operation::Kind::check: break;
  }
}

void WatchTable::take(Table& table, std::string_view path, WatchEventKind kind, std::vector<Due>& due) {
  auto waiting = table.find(path);
  if (waiting == table.end()) return;
  for (Waiting& one : waiting->second)
    due.push_back({one.connection, std::move(one.watch), {kind, waiting->first}});
  table.erase(waiting);
}

void WatchTable::take_all_of(std::uint64_t connection, std::vector<Due>& due) {
  for (Table* table : {&nodes_, &children_}) {
    for (auto& [path, waiting] : *table) {
      auto gone = std::stable_partition(waiting.begin(), waiting.end(),
                                        [&](const Waiting& one) { return one.connection != connection; });
      for (auto one = gone; one != waiting.end(); ++one)
        due.push_back({connection, std::move(one->watch), {WatchEventKind::lost, path}});
      waiting.erase(gone, waiting.end());
    }
    std::erase_if(*table, [](const auto& entry) { return entry.second.empty(); });
  }
}

std::size_t WatchTable::size() const noexcept {
  std::size_t count = 0;
  for (const Table* table : {&nodes_, &children_})
    for (const auto& [path, waiting] : *table) count += waiting.size();
  return count;
}

}  // namespace circuit::anchor::embedded
