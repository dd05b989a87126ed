#include "monitor/snapshot.hpp"

#include <algorithm>

namespace circuit::monitor {

Delta difference(const Snapshot& from, const Snapshot& to) {
  Delta delta{from.sequence, to.sequence, {}, {}, {}};
  for (const auto& [id, worker] : to.workers) {
    auto before = from.workers.find(id);
    bool same = before != from.workers.end() && (before->second == worker || *before->second == *worker);
    if (!same) delta.changed.push_back(worker);
  }
  for (const auto& [id, worker] : from.workers)
    if (!to.workers.contains(id)) delta.removed.push_back(id);
  if (from.hosts != to.hosts) delta.hosts = to.hosts;
  // A map has no order of its own, and a reader is better served by one that does not change.
  std::sort(delta.changed.begin(), delta.changed.end(),
            [](const WorkerPointer& a, const WorkerPointer& b) { return a->address.id < b->address.id; });
  std::sort(delta.removed.begin(), delta.removed.end());
  return delta;
}

}  // namespace circuit::monitor
