#include "monitor/model.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/limits.hpp"

namespace circuit::monitor {
namespace {

constexpr std::uint64_t dead_shown_ns =
    std::chrono::duration_cast<std::chrono::nanoseconds>(limits::console_dead_shown).count();

bool dead(const spawn::WorkerRecord& record) noexcept { return record.state == spawn::WorkerState::dead; }

}  // namespace

Model::Model() : published_(std::make_shared<Snapshot>()) {}

Model::Host& Model::host_named(const std::string& name) {
  auto [place, is_new] = hosts_.try_emplace(name);
  if (is_new) {
    place->second.state.host = name;
    changed_ = true;
  }
  return place->second;
}

void Model::observe(const std::string& name, const spawn::Observation& observation, Moment moment) {
  connected(name, moment);
  Host& host = host_named(name);
  bool whole = observation.whole || observation.epoch != host.position.epoch;
  if (whole) replace_all(host, observation);
  for (const spawn::WorkerRecord& record : observation.changed) take(host, record, moment);
  if (!whole)
    for (WorkerId id : observation.removed) {
      auto known = host.workers.find(id);
      // The agent may forget a dead worker sooner than a person has seen that it died.
      if (known != host.workers.end() && !dead(*known->second)) drop(host, id);
    }
  host.position = {observation.epoch, observation.sequence};
}

/// Drops whatever the new, whole picture lacks, except the dead, which have their own time.
void Model::replace_all(Host& host, const spawn::Observation& observation) {
  std::unordered_set<WorkerId> present;
  for (const spawn::WorkerRecord& record : observation.changed) present.insert(record.address.id);
  std::vector<WorkerId> gone;
  for (const auto& [id, worker] : host.workers)
    if (!present.contains(id) && !dead(*worker)) gone.push_back(id);
  for (WorkerId id : gone) drop(host, id);
}

void Model::take(Host& host, const spawn::WorkerRecord& record, Moment moment) {
  WorkerId id = record.address.id;
  if (!id) return;
  auto known = host.workers.find(id);
  if (known == host.workers.end()) {
    if (host.workers.size() >= limits::workers_per_agent) return;
    if (!owners_.try_emplace(id, host.state.host).second) return;
    // A death that was over before anyone looked is history, not news.
    bool history = dead(record) && record.died_wall_ns + dead_shown_ns < moment.wall_ns;
    if (history) {
      owners_.erase(id);
      return;
    }
  } else if (*known->second == record) {
    return;
  } else if (dead(*known->second)) {
    // Death is for ever: a late record of the living does not undo it.
    return;
  }
  auto worker = std::make_shared<const spawn::WorkerRecord>(record);
  host.workers[id] = worker;
  if (dead(record)) expiries_.try_emplace(id, moment.now_ns + dead_shown_ns);
  show(host, worker);
}

void Model::show(const Host& host, const WorkerPointer& worker) {
  WorkerPointer shown = worker;
  if (!host.state.connected && !dead(*worker) && worker->state != spawn::WorkerState::suspect) {
    auto doubted = std::make_shared<spawn::WorkerRecord>(*worker);
    doubted->state = spawn::WorkerState::suspect;
    shown = std::move(doubted);
  }
  shown_[worker->address.id] = std::move(shown);
  changed_ = true;
}

void Model::drop(Host& host, WorkerId id) {
  host.workers.erase(id);
  owners_.erase(id);
  expiries_.erase(id);
  changed_ |= shown_.erase(id) > 0;
}

void Model::connected(const std::string& name, Moment moment) {
  Host& host = host_named(name);
  bool was_connected = host.state.connected;
  changed_ |= host.state.heard_wall_ns != moment.wall_ns;
  host.state.connected = true;
  host.state.trouble.clear();
  host.state.heard_wall_ns = moment.wall_ns;
  if (was_connected) return;
  changed_ = true;
  for (const auto& [id, worker] : host.workers) show(host, worker);
}

void Model::disconnected(const std::string& name, std::string trouble) {
  Host& host = host_named(name);
  if (!host.state.connected && host.state.trouble == trouble) return;
  host.state.connected = false;
  host.state.trouble = std::move(trouble);
  changed_ = true;
  for (const auto& [id, worker] : host.workers) show(host, worker);
}

void Model::forget(const std::string& name) {
  auto place = hosts_.find(name);
  if (place == hosts_.end()) return;
  std::vector<WorkerId> ids;
  for (const auto& [id, worker] : place->second.workers) ids.push_back(id);
  for (WorkerId id : ids) drop(place->second, id);
  hosts_.erase(place);
  changed_ = true;
}

void Model::expire(std::uint64_t now_ns) {
  std::vector<WorkerId> over;
  for (auto [id, at_ns] : expiries_)
    if (at_ns <= now_ns) over.push_back(id);
  for (WorkerId id : over) {
    auto owner = owners_.find(id);
    if (owner != owners_.end()) drop(hosts_.at(owner->second), id);
  }
}

std::uint64_t Model::next_expiry_ns() const noexcept {
  std::uint64_t next = 0;
  for (auto [id, at_ns] : expiries_) next = next == 0 ? at_ns : std::min(next, at_ns);
  return next;
}

std::shared_ptr<const Snapshot> Model::snapshot() {
  if (!changed_) return published_;
  auto next = std::make_shared<Snapshot>();
  next->sequence = published_->sequence + 1;
  next->workers = shown_;
  next->hosts.reserve(hosts_.size());
  for (const auto& [name, host] : hosts_) next->hosts.push_back(host.state);
  published_ = std::move(next);
  changed_ = false;
  return published_;
}

Model::Position Model::position(const std::string& host) const {
  auto place = hosts_.find(host);
  return place == hosts_.end() ? Position{} : place->second.position;
}

}  // namespace circuit::monitor
