#include "agent/restarts.hpp"

#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "lang/remote_method.hpp"

namespace circuit::agent {
namespace {

using Report = spawn::SuccessorReport;

void answer_successor(lang::IncomingCall& call, const spawn::WorkerRecord& successor) {
  lang::answer(call, Result<Report>(Report{true, successor, {}}));
}

}  // namespace

const RestartPlan* Restarts::find(WorkerId worker) const {
  auto found = entries_.find(worker);
  return found == entries_.end() ? nullptr : &found->second.plan;
}

void Restarts::daemonized(WorkerId worker) {
  auto found = entries_.find(worker);
  if (found == entries_.end()) return;
  found->second.plan.daemonized = true;
  hooks_.changed(worker);
}

void Restarts::leave_to_agent(WorkerId worker) {
  auto found = entries_.find(worker);
  if (found == entries_.end()) return;
  found->second.plan.agent_calls = true;
  found->second.plan.spawner = {};
  hooks_.changed(worker);
}

bool Restarts::died(spawn::WorkerRecord& dead, bool asked) {
  const WorkerId id = dead.address.id;
  auto found = entries_.find(id);
  if (found == entries_.end()) return false;
  Entry& entry = found->second;
  entry.timer.reset();
  entry.uncalled.reset();
  const RestartDecision decision = asked || closed_ ? RestartDecision() : decide_restart(entry.plan, dead);
  if (decision.crash_loop) {
    dead.cause.kind = spawn::CauseKind::crash_loop;
    dead.cause.text += "; a crash loop: " + describe_restarts(entry.plan);
  }
  if (!decision.after) {
    if (entry.asker) lang::answer(*entry.asker, Result<Report>(Report{false, {}, dead.cause.text}));
    entries_.erase(found);
    return false;
  }
  start_later(id, *decision.after);
  return true;
}

void Restarts::start_later(WorkerId former, std::chrono::nanoseconds after) {
  Entry& entry = entries_.at(former);
  entry.timer = loop_.make_timer();
  entry.timer->arm(loop_.clock().now_ns() + static_cast<std::uint64_t>(after.count()),
                   [this, former] { start_if_wanted(former); });
}

void Restarts::start_if_wanted(WorkerId former) {
  auto found = entries_.find(former);
  if (found == entries_.end() || closed_) return;
  const Entry& entry = found->second;
  if (entry.asker || entry.plan.daemonized || !entry.plan.spawner.id) return start(former);
  hooks_.ask_if_alive(entry.plan.spawner, [this, former](bool alive) {
    if (alive) return start(former);
    give_up(former, "its spawner is dead");
  });
}

void Restarts::start(WorkerId former) {
  auto found = entries_.find(former);
  if (found == entries_.end() || closed_) return;
  RestartPlan plan = found->second.plan;
  hooks_.spawn(plan, [this, former](Result<spawn::WorkerRecord> successor) {
    auto waiting = entries_.find(former);
    if (waiting == entries_.end()) return;
    if (successor.has_error()) {
      spawn::WorkerRecord stillborn;
      stillborn.started_wall_ns = stillborn.died_wall_ns = loop_.clock().wall_ns();
      stillborn.cause.kind = spawn::CauseKind::silent;
      const RestartDecision decision = decide_restart(waiting->second.plan, stillborn);
      if (decision.after) return start_later(former, *decision.after);
      return give_up(former, successor.error().text);
    }
    auto asker = std::move(waiting->second.asker);
    entries_.erase(waiting);
    started(former, asker, *successor);
    hooks_.settled(former);
  });
}

void Restarts::started(WorkerId former, const std::shared_ptr<lang::IncomingCall>& asker,
                       const spawn::WorkerRecord& successor) {
  log::info("{} is started again as {}", former.string(), successor.address.string());
  if (asker) answer_successor(*asker, successor);
  auto found = entries_.find(successor.address.id);
  if (asker || found == entries_.end()) return;  // it may have died already
  Entry& entry = found->second;
  entry.former = former;
  entry.uncalled = successor;
  if (entry.plan.agent_calls || entry.plan.daemonized) return call(entry);
  // Who waits for the result hears of the death a moment later than the agent.
  entry.timer = loop_.make_timer();
  entry.timer->arm(loop_.clock().now_ns() + limits::death_notice_ns, [this, id = found->first] {
    auto still = entries_.find(id);
    if (still != entries_.end() && still->second.uncalled) call(still->second);
  });
}

void Restarts::call(Entry& entry) {
  entry.plan.agent_calls = true;
  const spawn::WorkerRecord worker = *std::exchange(entry.uncalled, std::nullopt);
  hooks_.changed(worker.address.id);
  hooks_.call(worker, entry.plan);
}

bool Restarts::ask_successor(WorkerId worker, std::shared_ptr<lang::IncomingCall> call) {
  if (auto found = entries_.find(worker); found != entries_.end()) {
    if (found->second.asker)
      found->second.asker->fail(failure(ErrorKind::cancelled, "someone else has asked for it meanwhile"));
    found->second.asker = std::move(call);
    return true;
  }
  for (auto& [id, entry] : entries_) {
    if (entry.former != worker || !entry.uncalled) continue;
    answer_successor(*call, *entry.uncalled);
    entry.uncalled.reset();
    return true;
  }
  return false;
}

void Restarts::give_up(WorkerId former, const std::string& why) {
  auto found = entries_.find(former);
  if (found == entries_.end()) return;
  log::info("{} is not started again: {}", former.string(), why);
  if (found->second.asker)
    lang::answer(*found->second.asker, Result<Report>(Report{false, {}, "it is not started again: " + why}));
  entries_.erase(found);
  hooks_.settled(former);
}

bool Restarts::cancel(WorkerId worker, const std::string& by) {
  if (!entries_.contains(worker)) return false;
  give_up(worker, by + " has asked for its end");
  return true;
}

void Restarts::close() {
  closed_ = true;
  for (auto& [id, entry] : entries_)
    if (entry.asker)
      lang::answer(*entry.asker, Result<Report>(Report{false, {}, "its agent is shutting down"}));
  entries_.clear();
}

}  // namespace circuit::agent
