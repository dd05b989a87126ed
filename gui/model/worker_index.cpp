#include "model/worker_index.hpp"

#include <algorithm>
#include <string_view>

#include "model/text.hpp"
#include "model/worker_text.hpp"

namespace circuit::gui {
namespace {

using spawn::WorkerState;

/// With a filter by age, rows come and go by themselves: looked at this often.
constexpr std::uint64_t age_refresh_ns = 1'000'000'000;

/// What needs a person's eye comes first.
std::uint64_t urgency(WorkerState state) {
  switch (state) {
    case WorkerState::suspect: return 0;
    case WorkerState::unregistered: return 1;
    case WorkerState::dead: return 2;
    case WorkerState::starting: return 3;
    case WorkerState::live: return 4;
  }
  return 5;
}

struct Key {
  std::uint64_t number = 0;
  std::string_view text;
  const WorkerEntry* entry = nullptr;
};

Key key_of(const WorkerEntry& entry, Column column) {
  const spawn::WorkerRecord& worker = *entry.worker;
  switch (column) {
    case Column::state: return {urgency(worker.state), {}, &entry};
    case Column::id: return {worker.address.id.value, {}, &entry};
    case Column::host: return {0, worker.address.host, &entry};
    case Column::pid: return {static_cast<std::uint64_t>(std::max(worker.address.pid, 0)), {}, &entry};
    case Column::function: return {0, entry.call, &entry};
    case Column::anchors: return {0, entry.anchors, &entry};
    // The youngest first.
    case Column::age: return {~worker.started_wall_ns, {}, &entry};
  }
  return {0, {}, &entry};
}

void fill(WorkerEntry& entry, const monitor::WorkerPointer& worker) {
  entry.worker = worker;
  entry.call = call_text(*worker);
  entry.anchors = own_anchors_text(*worker);
  entry.folded = folded(worker->address.id.string() + '\n' + shown(worker->address.host, 256) + '\n' +
                        std::to_string(worker->address.pid) + '\n' + entry.call);
  for (const std::string& anchor : worker->anchors) entry.folded += '\n' + folded(shown(anchor, 512));
}

}  // namespace

void WorkerIndex::count(const spawn::WorkerRecord& worker, int step) {
  if (worker.state == WorkerState::dead) return;
  const auto by = static_cast<std::size_t>(step);
  (worker.app ? figures_.apps : figures_.workers) += by;
  if (worker.state == WorkerState::suspect) figures_.suspect += by;
}

void WorkerIndex::take(const monitor::Delta& delta) {
  for (const monitor::WorkerPointer& worker : delta.changed) {
    std::unique_ptr<WorkerEntry>& entry = entries_[worker->address.id];
    const bool is_new = entry == nullptr;
    const bool lived = !is_new && entry->worker->state != WorkerState::dead;
    if (is_new)
      entry = std::make_unique<WorkerEntry>();
    else
      count(*entry->worker, -1);
    count(*worker, 1);
    if (began_ && is_new && worker->state != WorkerState::dead && !worker->app) ++figures_.spawned;
    if (began_ && (lived || is_new) && worker->state == WorkerState::dead) ++figures_.died;
    fill(*entry, worker);
  }
  for (WorkerId id : delta.removed) {
    auto found = entries_.find(id);
    if (found == entries_.end()) continue;
    if (found->second->worker->state != WorkerState::dead) ++figures_.died;
    count(*found->second->worker, -1);
    entries_.erase(found);
  }
  began_ = began_ || !delta.hosts.empty();
  dirty_ = dirty_ || !delta.changed.empty() || !delta.removed.empty();
}

void WorkerIndex::set_filter(std::string text) {
  if (text == filter_text_) return;
  filter_text_ = std::move(text);
  filter_ = parse_filter(filter_text_);
  if (filter_.problem.empty()) good_ = filter_;
  dirty_ = true;
}

void WorkerIndex::sort_by(Column column) {
  set_order({column, order_.column == column && !order_.descending});
}

void WorkerIndex::set_order(Order order) {
  dirty_ = dirty_ || !(order == order_);
  order_ = order;
}

const std::vector<const WorkerEntry*>& WorkerIndex::visible(std::uint64_t now_wall_ns) {
  const bool aged = good_.by_age && now_wall_ns >= shown_at_ns_ + age_refresh_ns;
  if (!dirty_ && !aged) return visible_;
  std::vector<Key> keys;
  keys.reserve(entries_.size());
  for (const auto& [id, entry] : entries_)
    if (matches(good_, *entry, now_wall_ns)) keys.push_back(key_of(*entry, order_.column));
  std::sort(keys.begin(), keys.end(), [turned = order_.descending](const Key& a, const Key& b) {
    if (a.number != b.number) return (a.number < b.number) != turned;
    if (const int order = a.text.compare(b.text); order != 0) return (order < 0) != turned;
    return a.entry->worker->address.id < b.entry->worker->address.id;
  });
  visible_.clear();
  visible_.reserve(keys.size());
  for (const Key& key : keys) visible_.push_back(key.entry);
  dirty_ = false;
  shown_at_ns_ = now_wall_ns;
  return visible_;
}

const WorkerEntry* WorkerIndex::find(WorkerId id) const {
  auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.get();
}

}  // namespace circuit::gui
