// How a worker ends: asked to, or not; and what is kept of it.
#include <algorithm>
#include <csignal>
#include <fmt/format.h>

#include <circuit/value/codec.hpp>

#include "agent/agent.hpp"
#include "agent/registration.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"

namespace circuit::agent {

using spawn::CauseKind;
using spawn::WorkerRecord;
using spawn::WorkerState;

Result<void> Agent::kill(const spawn::KillOrder& order) {
  Worker* worker = workers_.find(order.worker);
  if (worker == nullptr || worker->record.app)
    return failure(ErrorKind::invalid,
                   fmt::format("no worker {} runs on {}", order.worker.string(), options_.host));
  if (worker->record.state == WorkerState::dead)
    return restarts_->cancel(order.worker, order.by)
               ? Result<void>()
               : failure(ErrorKind::dead,
                         fmt::format("{} is dead already: {}", worker->record.address.string(),
                                     worker->record.cause.text));
  if (order.signal < 0 || order.signal >= NSIG)
    return failure(ErrorKind::invalid, fmt::format("there is no signal {}", order.signal));
  log::info("{} asks to end {} ({})", order.by, worker->record.address.string(),
            order.signal == 0 ? "in order" : signal_name(order.signal));
  if (order.signal != SIGCONT && order.signal != SIGSTOP)
    worker->intent = KillIntent{CauseKind::killed, order.by};
  if (order.signal != 0)
    signal(*worker, order.signal);
  else
    stop_in_order(*worker, order.grace_ms);
  return {};
}

void Agent::stop_in_order(Worker& worker, std::uint64_t grace_ms) {
  // Also one that has not said hello is asked: it may run its function already, which is to see the request.
  lang::PeerPointer peer = node_->peers().find_or_add(worker.record.address);
  lang::start_call(*node_, peer, lang::fixed_object::worker, spawn::worker_interface().stop, {},
                   std::function([](Result<void>) {}), grace_ms);
  worker.timer = loop_.make_timer();
  worker.timer->arm(loop_.clock().now_ns() + grace_ms * 1'000'000, [this, id = worker.record.address.id] {
    if (Worker* stubborn = workers_.find(id)) signal(*stubborn, SIGKILL);
  });
}

void Agent::signal(Worker& worker, int signal) {
  auto sent = keeper_->send(keeper::Signal{worker.record.address.id, signal});
  if (sent.has_error()) log::warn("cannot signal {}: {}", worker.record.address.string(), sent.error().text);
}

void Agent::died(keeper::WorkerDied event) {
  const keeper::HeldWorker& held = event.message.held;
  Worker* worker = workers_.find(held.worker);
  if (worker == nullptr) {  // it died while no agent ran
    WorkerRecord record;
    std::optional<RestartPlan> plan;
    if (!decode_kept(held.record, record, plan)) record.address.id = held.worker;
    if (plan) restarts_->add(held.worker, std::move(*plan));
    worker = &workers_.add(std::move(record));
    worker->record.address.pid = held.pid;
    worker->record.started_wall_ns = held.started_wall_ns;
  }
  WorkerRecord& record = worker->record;
  record.state = WorkerState::dead;
  record.cause = cause_of(event.message.end, worker->intent);
  record.died_wall_ns = event.message.end.wall_ns;
  const bool asked = shutting_down_ || (worker->intent && worker->intent->kind == CauseKind::killed);
  const bool again = restarts_->died(record, asked);
  worker->timer.reset();
  worker->pidfd.reset();
  worker->recorder.reset();
  remove_socket(options_.directory, record.address);
  log::info("{} {}", record.address.string(), record.cause.text);
  workers_.changed(*worker);
  buried(held.worker, record);
  registrar_->remove(anchors_of(record), held.worker,
                     [this, id = held.worker, again, jail = jail_of(options_.directory, held.worker),
                      end = Bytes(to_cbor(record))](Result<void> removed) {
                       if (removed.has_error())
                         log::warn("cannot take {} out of the tree: {}", id.string(), removed.error().text);
                       // The keeper forgets the death when its note is on disk, beside the worker's output.
                       if (std::filesystem::is_directory(jail))
                         if (auto written = write_file(jail / "end", text_of(end)); written.has_error())
                           return log::warn("cannot note the end of {}: {}", id.string(),
                                            written.error().text);
                       // A worker that is started again is acknowledged when its successor stands for it.
                       if (!again) static_cast<void>(keeper_->send(keeper::Acknowledge{id}));
                     });
  if (shutting_down_ && workers_.living_count() == 0)
    shutdown_timer_->arm(0, [this] { static_cast<void>(keeper_->send(keeper::Shutdown{0})); });
}

void Agent::buried(WorkerId id, const WorkerRecord& record) {
  std::string words = last_lines(jail_of(options_.directory, id));
  answer_fates(id, record.cause.text + (words.empty() ? "" : ": " + words));
  answer_deaths(id, {true, true, record.cause, words});
  // The oldest goes when its time is over, or earlier when there are too many.
  dead_.push_back({id, loop_.clock().now_ns() + ns_of(limits::dead_remembered)});
  forget_dead();
}

void Agent::answer_fates(WorkerId id, const std::string& cause) {
  auto [first, last] = fates_.equal_range(id);
  for (auto fate = first; fate != last; ++fate)
    lang::answer(*fate->second.call, Result<spawn::FateReport>(spawn::FateReport{true, cause}));
  fates_.erase(first, last);
}

void Agent::forget_dead() {
  const std::uint64_t now = loop_.clock().now_ns();
  while (!dead_.empty() && (dead_.front().until_ns <= now || dead_.size() > limits::remembered_dead)) {
    workers_.remove(dead_.front().id);
    dead_.pop_front();
  }
  if (!dead_.empty()) dead_timer_->arm(dead_.front().until_ns, [this] { forget_dead(); });
}

std::optional<WorkerRecord> Agent::remembered(WorkerId id) const {
  auto text = read_file(jail_of(options_.directory, id) / "end", limits::end_note_bytes);
  WorkerRecord record;
  if (text.has_error() || !from_cbor(bytes_of(*text), record)) return std::nullopt;
  return record;
}

void Agent::answer_fate(lang::IncomingCallPointer call, WorkerId id, std::uint64_t incarnation) {
  using Report = spawn::FateReport;
  Worker* worker = workers_.find(id);
  if (worker == nullptr || worker->record.address.incarnation != incarnation) {
    auto record = remembered(id);
    return lang::answer(*call, Result<Report>(Report{true, record ? record->cause.text : ""}));
  }
  if (worker->record.state == WorkerState::dead) {
    std::string words = last_lines(jail_of(options_.directory, id));
    return lang::answer(
        *call, Result<Report>(Report{true, worker->record.cause.text + (words.empty() ? "" : ": " + words)}));
  }
  // A process closes its links a moment before its parent hears of its end: that moment is waited for.
  PendingFate fate{std::move(call), loop_.make_timer()};
  auto waiting = fates_.emplace(id, std::move(fate));
  waiting->second.timer->arm(loop_.clock().now_ns() + limits::death_notice_ns, [this, waiting] {
    PendingFate ended = std::move(waiting->second);
    fates_.erase(waiting);
    lang::answer(*ended.call, Result<Report>(Report{false, ""}));
  });
}

void Agent::answer_successor(lang::IncomingCallPointer call, WorkerId id) {
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  if (restarts_->ask_successor(id, shared)) return;
  Worker* worker = workers_.find(id);
  auto record = worker != nullptr ? worker->record : remembered(id).value_or(WorkerRecord());
  lang::answer(*shared, Result<spawn::SuccessorReport>(spawn::SuccessorReport{false, {}, record.cause.text}));
}

void Agent::answer_death(lang::IncomingCallPointer call, WorkerId id, std::uint64_t incarnation,
                         std::uint32_t wait_ms) {
  using Report = spawn::DeathReport;
  auto dead = [&](const WorkerRecord& record) {
    return Result<Report>(Report{true, true, record.cause, last_lines(jail_of(options_.directory, id))});
  };
  Worker* worker = workers_.find(id);
  if (worker == nullptr || worker->record.address.incarnation != incarnation) {
    auto record = remembered(id);
    const bool known = record && record->address.incarnation == incarnation;
    return lang::answer(*call, known ? dead(*record) : Result<Report>(Report()));
  }
  if (worker->record.state == WorkerState::dead) return lang::answer(*call, dead(worker->record));
  if (deaths_.size() >= limits::deaths_awaited)
    return call->fail(failure(ErrorKind::overloaded,
                              fmt::format("{} deaths are waited for here already", limits::deaths_awaited)));
  const std::uint64_t wait_ns = std::min(std::uint64_t{wait_ms} * 1'000'000, ns_of(limits::death_question));
  auto waiting = deaths_.emplace(id, PendingFate{std::move(call), loop_.make_timer()});
  waiting->second.timer->arm(loop_.clock().now_ns() + wait_ns, [this, waiting] {
    PendingFate ended = std::move(waiting->second);
    deaths_.erase(waiting);
    lang::answer(*ended.call, Result<Report>(Report{true, false, {}, {}}));
  });
}

void Agent::answer_deaths(WorkerId id, const spawn::DeathReport& report) {
  auto [first, last] = deaths_.equal_range(id);
  for (auto death = first; death != last; ++death)
    lang::answer(*death->second.call, Result<spawn::DeathReport>(report));
  deaths_.erase(first, last);
}

}  // namespace circuit::agent
