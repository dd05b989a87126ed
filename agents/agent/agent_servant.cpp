// What an agent does for those who ask.
#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

#include "agent/agent.hpp"
#include "agent/calls_reader.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/version.hpp"

namespace circuit::agent {

using spawn::WorkerRecord;
using spawn::WorkerState;

std::shared_ptr<lang::Servant> Agent::make_servant() {
  using lang::IncomingCallPointer;
  auto servant = std::make_shared<lang::MethodServant>("agent");
  const spawn::AgentInterface& methods = spawn::agent_interface();
  servant->on(methods.spawn, [this](IncomingCallPointer call, const spawn::SpawnOrder& order) {
    spawn_for(std::move(call), order);
  });
  servant->on(methods.run, [this](IncomingCallPointer call, const spawn::RunOrder& order) {
    run(std::move(call), order);
  });
  servant->on(methods.kill, [this](IncomingCallPointer call, const spawn::KillOrder& order) {
    lang::answer(*call, kill(order));
  });
  servant->on(methods.fate, [this](IncomingCallPointer call, WorkerId id, std::uint64_t incarnation) {
    answer_fate(std::move(call), id, incarnation);
  });
  servant->on(methods.successor,
              [this](IncomingCallPointer call, WorkerId id) { answer_successor(std::move(call), id); });
  servant->on(methods.daemonized, [this](IncomingCallPointer call) {
    if (call->peer()) restarts_->daemonized(call->peer()->address().id);
    lang::answer(*call, Result<void>());
  });
  servant->on(methods.death,
              [this](IncomingCallPointer call, WorkerId id, std::uint64_t incarnation,
                     std::uint32_t wait_ms) { answer_death(std::move(call), id, incarnation, wait_ms); });
  servant->on(methods.observe,
              [this](IncomingCallPointer call, std::uint64_t epoch, std::uint64_t since, std::uint32_t wait) {
                workers_.observe(std::move(call), epoch, since, wait);
              });
  servant->on(methods.worker, [this](IncomingCallPointer call, WorkerId id) { answer_worker(*call, id); });
  servant->on(methods.calls, [this](IncomingCallPointer call, const std::vector<WorkerId>& workers) {
    answer_calls(std::move(call), workers);
  });
  servant->on(methods.functions, [this](IncomingCallPointer call) {
    // Asking executables takes a while, and is done beside the loop.
    std::shared_ptr<lang::IncomingCall> shared = std::move(call);
    node_->pool().submit([this, shared] {
      lang::answer(*shared, Result<std::vector<spawn::FunctionDescription>>(executables_.functions()));
    });
  });
  servant->on(methods.list, [this](IncomingCallPointer call, const std::string& path) {
    answer_listing(std::move(call), path);
  });
  servant->on(methods.walk, [this](IncomingCallPointer call, const std::string& path) {
    answer_walk(std::move(call), path);
  });
  offer_anchors(*servant);
  servant->on(methods.status, [this](IncomingCallPointer call) {
    spawn::AgentStatus status;
    status.version = version;
    status.host = options_.host;
    status.pid = ::getpid();
    status.directory = options_.directory.string();
    status.workers = workers_.living_count();
    status.anchor_waits = anchor_waits_->size();
    lang::answer(*call, Result<spawn::AgentStatus>(status));
  });
  servant->on(methods.running,
              [this](IncomingCallPointer call, const std::string& function, const std::string& arguments) {
                running(call->peer(), function, arguments);
                lang::answer(*call, Result<void>());
              });
  servant->on(methods.shutdown, [this](IncomingCallPointer call, std::uint64_t grace_ms) {
    lang::answer(*call, Result<void>());
    shut_down(std::chrono::milliseconds(std::min<std::uint64_t>(grace_ms, 60'000)));
  });
  return servant;
}

void Agent::answer_calls(lang::IncomingCallPointer call, const std::vector<WorkerId>& workers) {
  // Both ends of a call are wanted, and the other one may be any worker's.
  Recorders recorders;
  workers_.each([&](const Worker& worker) {
    if (worker.recorder) recorders.emplace_back(worker.record.address.id, worker.recorder);
  });
  // Ten thousand recorders take a while to read: that is done beside the loop.
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  node_->pool().submit([this, shared, recorders = std::move(recorders), workers] {
    lang::answer(*shared, Result<spawn::CallsReport>(read_calls(recorders, workers, loop_.clock())));
  });
}

void Agent::answer_worker(lang::IncomingCall& call, WorkerId id) {
  if (Worker* worker = workers_.find(id)) return lang::answer(call, Result<WorkerRecord>(worker->record));
  if (auto record = remembered(id)) return lang::answer(call, Result<WorkerRecord>(*record));
  call.fail(
      failure(ErrorKind::invalid, fmt::format("no worker {} is known on {}", id.string(), options_.host)));
}

void Agent::answer_listing(lang::IncomingCallPointer call, const std::string& text) {
  auto path = anchor::Path::parse(text);
  if (path.has_error()) return call->fail(path.error());
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  registrar_->list(*path, [this, shared, path = *path](const Result<anchor::Listing>& listing) {
    if (listing.has_error()) return shared->fail(listing.error());
    lang::answer(*shared, Result<spawn::DirectoryListing>(anchor_waits_->told(path, *listing)));
  });
}

void Agent::answer_walk(lang::IncomingCallPointer call, const std::string& text) {
  auto path = anchor::Path::parse(text);
  if (path.has_error()) return call->fail(path.error());
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  registrar_->walk(*path, [this, shared](const Result<Registrar::Walk>& walk) {
    if (walk.has_error()) return shared->fail(walk.error());
    std::vector<spawn::DirectoryListing> all;
    for (const auto& [directory, listing] : *walk) all.push_back(anchor_waits_->told(directory, listing));
    lang::answer(*shared, Result<std::vector<spawn::DirectoryListing>>(std::move(all)));
  });
}

}  // namespace circuit::agent
