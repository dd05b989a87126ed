#include "agent/worker_table.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "lang/remote_method.hpp"

namespace circuit::agent {

WorkerTable::WorkerTable(link::Loop& loop, std::uint64_t epoch)
    : loop_(loop), epoch_(epoch), timer_(loop.make_timer()) {}

Worker* WorkerTable::find(WorkerId id) {
  auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.worker;
}

Worker& WorkerTable::add(spawn::WorkerRecord record) {
  Entry& entry = entries_[record.address.id];
  entry.worker.record = std::move(record);
  entry.sequence = ++sequence_;
  touched();
  return entry.worker;
}

void WorkerTable::changed(const Worker& worker) {
  auto found = entries_.find(worker.record.address.id);
  if (found == entries_.end()) return;
  found->second.sequence = ++sequence_;
  touched();
}

void WorkerTable::remove(WorkerId id) {
  if (entries_.erase(id) == 0) return;
  removed_.push_back({++sequence_, id});
  if (removed_.size() > limits::remembered_removals) {
    forgotten_ = removed_.front().sequence;
    removed_.pop_front();
  }
  touched();
}

void WorkerTable::set_registered(const std::vector<WorkerId>& workers, bool registered) {
  using spawn::WorkerState;
  for (WorkerId id : workers) {
    Worker* worker = find(id);
    if (worker == nullptr) continue;
    worker->registered = registered;
    WorkerState& state = worker->record.state;
    if (state != WorkerState::live && state != WorkerState::unregistered) continue;
    state = registered ? WorkerState::live : WorkerState::unregistered;
    changed(*worker);
  }
}

std::vector<WorkerId> WorkerTable::living() const {
  std::vector<WorkerId> ids;
  for (const auto& [id, entry] : entries_)
    if (!entry.worker.record.app && entry.worker.record.state != spawn::WorkerState::dead) ids.push_back(id);
  return ids;
}

std::size_t WorkerTable::living_count() const { return living().size(); }

spawn::Observation WorkerTable::observation(std::uint64_t epoch, std::uint64_t since) const {
  spawn::Observation observation;
  observation.epoch = epoch_;
  observation.sequence = sequence_;
  observation.whole = epoch != epoch_ || since < forgotten_ || since > sequence_;
  for (const auto& [id, entry] : entries_)
    if (observation.whole || entry.sequence > since) observation.changed.push_back(entry.worker.record);
  if (!observation.whole)
    for (const Removed& removed : removed_)
      if (removed.sequence > since) observation.removed.push_back(removed.id);
  return observation;
}

void WorkerTable::observe(lang::IncomingCallPointer call, std::uint64_t epoch, std::uint64_t since,
                          std::uint32_t wait_ms) {
  if (epoch != epoch_ || since < sequence_ || wait_ms == 0)
    return lang::answer(*call, Result<spawn::Observation>(observation(epoch, since)));
  if (observers_.size() >= limits::observers)
    return call->fail(failure(ErrorKind::overloaded, "too many consoles watch this agent"));
  std::uint64_t wait_ns = std::uint64_t{std::min(wait_ms, limits::observe_wait_ms)} * 1'000'000;
  observers_.push_back({std::move(call), epoch, since, loop_.clock().now_ns() + wait_ns});
  arm(observers_.back().until_ns);
}

void WorkerTable::touched() {
  fresh_ = true;
  if (!observers_.empty()) arm(loop_.clock().now_ns() + limits::coalesce_ns);
}

void WorkerTable::arm(std::uint64_t at_ns) {
  if (armed_ns_ && *armed_ns_ <= at_ns) return;
  armed_ns_ = at_ns;
  timer_->arm(at_ns, [this] { answer_observers(); });
}

void WorkerTable::answer_observers() {
  armed_ns_.reset();
  bool fresh = std::exchange(fresh_, false);
  std::uint64_t now = loop_.clock().now_ns();
  std::vector<Observer> waiting;
  for (Observer& observer : observers_) {
    if (observer.call->unwanted()) continue;
    if ((fresh && observer.since < sequence_) || observer.until_ns <= now)
      lang::answer(*observer.call, Result<spawn::Observation>(observation(observer.epoch, observer.since)));
    else
      waiting.push_back(std::move(observer));
  }
  observers_ = std::move(waiting);
  for (const Observer& observer : observers_) arm(observer.until_ns);
}

}  // namespace circuit::agent
