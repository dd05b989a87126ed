// How a worker begins: launched by the keeper, registered, and given its function.
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

#include "agent/agent.hpp"
#include "agent/calls_reader.hpp"
#include "agent/registration.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "runtime/anchor_record.hpp"

namespace circuit::agent {

using spawn::CauseKind;
using spawn::WorkerRecord;
using spawn::WorkerState;

namespace {

/// What a worker inherits: the agent's environment, without what speaks to this process alone.
std::vector<std::string> worker_environment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    if (!text.starts_with("CIRCUIT_ROLE=")) environment.emplace_back(text);
  }
  environment.push_back("CIRCUIT_ROLE=worker");
  return environment;
}

}  // namespace

void Agent::spawn_for(lang::IncomingCallPointer call, const spawn::SpawnOrder& order) {
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  std::optional<RestartPlan> plan;
  if (order.restart.on != RestartOn::never) {
    if (auto checked = check_restart(order); checked.has_error()) return shared->fail(checked.error());
    plan.emplace();
    plan->order = order;
    if (shared->peer()) plan->spawner = shared->peer()->address();
  }
  spawn(order, std::move(plan),
        [shared](const Result<WorkerRecord>& record) { lang::answer(*shared, record); });
}

void Agent::spawn(const spawn::SpawnOrder& order, std::optional<RestartPlan> plan, Spawned done) {
  if (shutting_down_) return done(failure(ErrorKind::cancelled, "this agent is shutting down"));
  if (workers_.living_count() >= limits::workers_per_agent)
    return done(failure(ErrorKind::overloaded,
                        fmt::format("{} workers run here already", limits::workers_per_agent)));
  auto anchors = parse_anchors(order.anchors, options_.host);
  if (anchors.has_error()) return done(anchors.error());

  Ordered ordered;
  ordered.anchors = *anchors;
  ordered.done = std::move(done);
  WorkerRecord& record = ordered.record;
  record.address.id = WorkerId{random_.id()};
  record.address.incarnation = random_.id();
  record.address.host = options_.host;
  record.address.agent = instance_;
  record.address.endpoint =
      fmt::format("unix:{}/{}", socket_directory(options_.directory).string(), record.address.id.string());
  record.function = order.function;
  record.executable = order.executable;
  for (const anchor::Path& anchor : *anchors) record.anchors.push_back(anchor.string());

  auto jail = make_jail(options_.directory, record.address, plan.has_value());
  if (jail.has_error()) {
    remove_socket(options_.directory, record.address);
    return ordered.done(jail.error());
  }
  keeper::Launch launch;
  launch.request = ++last_request_;
  launch.worker = record.address.id;
  launch.executable = record.executable;
  launch.arguments = {record.executable, record.address.id.string()};
  launch.environment = worker_environment();
  launch.directory = jail->directory.string();
  launch.record = encode_kept(record, plan ? &*plan : nullptr);
  std::vector<int> fds;
  for (const UniqueFd& fd : jail->descriptors) fds.push_back(fd.get());
  auto sent = keeper_->send(launch, fds);
  if (sent.has_error()) {
    remove_socket(options_.directory, record.address);
    return ordered.done(sent.error());
  }
  executables_.know(record.executable);
  if (plan) restarts_->add(record.address.id, std::move(*plan));
  Worker& worker = workers_.add(record);
  worker.recorder = open_recorder(std::move(jail->descriptors[keeper::recorder_fd]));
  ordered_.emplace(launch.request, std::move(ordered));
}

void Agent::started(keeper::WorkerStarted event) {
  auto found = ordered_.find(event.message.request);
  Worker* worker = workers_.find(event.message.worker);
  if (found == ordered_.end() || worker == nullptr) return;
  Ordered ordered = std::move(found->second);
  ordered_.erase(found);
  WorkerRecord& record = worker->record;
  record.address.pid = event.message.pid;
  record.start_ticks = event.message.start_ticks;
  record.started_wall_ns = event.message.started_wall_ns;
  worker->pidfd = std::move(event.pidfd);
  keep(*worker);
  expect_hello(*worker);
  workers_.changed(*worker);
  registrar_->add(ordered.anchors, runtime::entry_of(record),
                  [this, id = record.address.id, record, done = std::move(ordered.done)](Result<void> added) {
                    if (added.has_value()) return done(record);
                    if (Worker* unregistered = workers_.find(id)) signal(*unregistered, SIGKILL);
                    done(added.error());
                  });
}

void Agent::refused(const keeper::Refused& event) {
  auto found = ordered_.find(event.request);
  if (found == ordered_.end()) return;
  Ordered ordered = std::move(found->second);
  ordered_.erase(found);
  remove_socket(options_.directory, ordered.record.address);
  std::error_code ignored;
  std::filesystem::remove_all(jail_of(options_.directory, ordered.record.address.id), ignored);
  workers_.remove(ordered.record.address.id);
  restarts_->remove(ordered.record.address.id);
  ordered.done(failure(ErrorKind::refused, event.text));
}

void Agent::expect_hello(Worker& worker) {
  worker.timer = loop_.make_timer();
  worker.timer->arm(loop_.clock().now_ns() + ns_of(limits::worker_silence),
                    [this, id = worker.record.address.id] {
                      Worker* silent = workers_.find(id);
                      if (silent == nullptr || silent->record.state != WorkerState::starting) return;
                      silent->intent = KillIntent{CauseKind::silent, {}};
                      signal(*silent, SIGKILL);
                    });
}

void Agent::call_function(Worker& worker, std::uint64_t function, const std::vector<std::byte>& arguments,
                          std::string_view signature) {
  /// The agent is the caller, and there is nobody else to tell how the function ends.
  class Caller final : public lang::Waiter {
   public:
    Caller(Agent& agent, WorkerId worker) : agent_(agent), worker_(worker) {}
    void complete(lang::Answer answer) override {
      std::unique_ptr<Caller> self(this);
      if (answer.has_error())
        log::info("the function of {} failed: {}", worker_.string(), answer.error().text);
      agent_.run_began(worker_, answer.has_error() ? Result<void>(answer.error()) : Result<void>());
    }

   private:
    Agent& agent_;
    WorkerId worker_;
  };

  lang::PeerPointer peer = node_->peers().find_or_add(worker.record.address);
  Buffer body;
  body.extend(wire::CallHead::size);
  body.append(arguments);
  lang::ReferenceSession none(*node_, peer);
  lang::CallTerms terms;
  terms.signature = signature;
  node_->send_call(peer, node_->head_for(lang::fixed_object::functions, function, false), std::move(body),
                   none, terms, *new Caller(*this, worker.record.address.id));
}

void Agent::run(lang::IncomingCallPointer call, const spawn::RunOrder& order) {
  Worker* worker = workers_.find(order.worker);
  if (worker == nullptr || worker->record.app || worker->record.state == WorkerState::dead)
    return call->fail(failure(ErrorKind::dead,
                              fmt::format("no worker {} runs on {}", order.worker.string(), options_.host)));
  restarts_->leave_to_agent(order.worker);
  // Answered when the worker says that it runs, so that the function cannot be lost with this agent any more.
  begun_.insert_or_assign(order.worker, std::move(call));
  call_function(*worker, order.function, order.arguments);
}

void Agent::run_began(WorkerId id, const Result<void>& result) {
  auto found = begun_.find(id);
  if (found == begun_.end()) return;
  lang::answer(*found->second, result);
  begun_.erase(found);
}

void Agent::running(const lang::PeerPointer& peer, const std::string& function,
                    const std::string& arguments) {
  Worker* worker = peer ? workers_.find(peer->address().id) : nullptr;
  if (worker == nullptr || worker->record.app) return;
  worker->record.function = function.substr(0, limits::shown_text_bytes);
  worker->record.arguments = arguments.substr(0, limits::shown_text_bytes);
  keep(*worker);
  workers_.changed(*worker);
  run_began(peer->address().id, {});
}

Restarts::Hooks Agent::restart_hooks() {
  Restarts::Hooks hooks;
  hooks.spawn = [this](RestartPlan plan, Spawned done) {
    const spawn::SpawnOrder order = plan.order;
    spawn(order, std::move(plan), std::move(done));
  };
  hooks.call = [this](const WorkerRecord& record, const RestartPlan& plan) {
    Worker* worker = workers_.find(record.address.id);
    if (worker == nullptr || worker->record.state == WorkerState::dead) return;
    if (plan.spawner.id && !plan.daemonized)
      lang::start_call(*node_, node_->peers().find_or_add(record.address), lang::fixed_object::worker,
                       spawn::worker_interface().bind, {}, std::function([](Result<void>) {}), plan.spawner);
    call_function(*worker, plan.order.function_id, plan.order.arguments, plan.order.signature);
  };
  hooks.ask_if_alive = [this](const Address& process, std::function<void(bool)> told) {
    static const lang::RemoteMethod<void()> ping{"process.ping"};
    lang::start_call(*node_, node_->peers().find_or_add(process), lang::fixed_object::process, ping,
                     {limits::worker_silence}, std::function([told = std::move(told)](Result<void> answer) {
                       told(answer.has_value());
                     }));
  };
  hooks.settled = [this](WorkerId former) { static_cast<void>(keeper_->send(keeper::Acknowledge{former})); };
  hooks.changed = [this](WorkerId id) {
    Worker* worker = workers_.find(id);
    if (worker != nullptr && worker->record.state != WorkerState::dead) keep(*worker);
  };
  return hooks;
}

}  // namespace circuit::agent
