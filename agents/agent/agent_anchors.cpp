// What an agent tells of the anchor tree, and what workers and apps change in it for themselves.
#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "agent/agent.hpp"
#include "agent/registration.hpp"
#include "base/limits.hpp"
#include "runtime/anchor_record.hpp"

namespace circuit::agent {

using spawn::WorkerRecord;
using spawn::WorkerState;

namespace {

/// Whether it is done later, when the tree can be reached again.
bool is_done_later(const Failure& failure) {
  return failure.kind == ErrorKind::unreachable || failure.kind == ErrorKind::overloaded;
}

bool stands_under(const WorkerRecord& record, const anchor::Path& path) {
  return std::find(record.anchors.begin(), record.anchors.end(), path.string()) != record.anchors.end();
}

std::optional<Failure> full_of_anchors(const WorkerRecord& record) {
  if (record.anchors.size() < limits::anchors_per_worker) return std::nullopt;
  return failure(ErrorKind::overloaded, fmt::format("{} stands under {} anchors, and may under no more",
                                                    record.address.string(), record.anchors.size()));
}

}  // namespace

void Agent::offer_anchors(lang::MethodServant& servant) {
  using lang::IncomingCallPointer;
  const spawn::AgentInterface& methods = spawn::agent_interface();
  servant.on(methods.change, [this](IncomingCallPointer call, const std::string& text, std::uint64_t since,
                                    std::uint32_t wait_ms) {
    auto path = anchor::Path::parse(text);
    if (path.has_error()) return call->fail(path.error());
    if (wait_ms == 0) return answer_directory(std::move(call), *path);
    anchor_waits_->change(std::move(call), *path, since, wait_ms);
  });
  servant.on(methods.change_below, [this](IncomingCallPointer call, const spawn::SubtreeOrder& order) {
    auto path = anchor::Path::parse(order.path);
    if (path.has_error()) return call->fail(path.error());
    anchor_waits_->change_below(std::move(call), *path, order);
  });
  servant.on(methods.end_wait, [this](IncomingCallPointer call, std::uint64_t name) {
    anchor_waits_->end_wait(call->peer().get(), name);
    lang::answer(*call, Result<void>());
  });
  servant.on(methods.add_anchor, [this](IncomingCallPointer call, const std::string& path) {
    add_anchor(std::move(call), path);
  });
  servant.on(methods.claim_anchor, [this](IncomingCallPointer call, const std::string& path) {
    claim_anchor(std::move(call), path);
  });
  servant.on(methods.remove_anchor, [this](IncomingCallPointer call, const std::string& path) {
    remove_anchor(std::move(call), path);
  });
}

WorkerRecord Agent::record_of(const anchor::Entry& entry) {
  if (const Worker* worker = workers_.find(entry.address.id)) return worker->record;
  WorkerRecord record = runtime::record_of(entry);
  record.state = WorkerState::suspect;
  return record;
}

void Agent::answer_directory(lang::IncomingCallPointer call, const anchor::Path& path) {
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  registrar_->open(path, [this, shared, path](const Result<anchor::Listing>& listing) {
    if (listing.has_error()) return shared->fail(listing.error());
    lang::answer(*shared,
                 Result<std::optional<spawn::DirectoryListing>>(anchor_waits_->told(path, *listing)));
  });
}

Worker* Agent::caller_of(lang::IncomingCall& call) {
  const lang::PeerPointer& peer = call.peer();
  Worker* worker = peer ? workers_.find(peer->address().id) : nullptr;
  if (worker != nullptr && worker->record.state != WorkerState::dead &&
      worker->record.address.incarnation == peer->address().incarnation)
    return worker;
  call.fail(failure(ErrorKind::refused, "only a worker of this host, or an app on it, stands under anchors"));
  return nullptr;
}

anchor::Entry Agent::entry_for(const Worker& worker) const {
  anchor::Entry entry = runtime::entry_of(worker.record);
  // An app may have started before there was an agent that it could name.
  entry.address.agent = instance_;
  return entry;
}

void Agent::add_anchor(lang::IncomingCallPointer call, const std::string& text) {
  auto path = anchor::Path::parse(text);
  if (path.has_error()) return call->fail(path.error());
  Worker* worker = caller_of(*call);
  if (worker == nullptr) return;
  WorkerRecord& record = worker->record;
  if (!stands_under(record, *path)) {
    if (auto full = full_of_anchors(record)) return call->fail(*std::move(full));
    record.anchors.push_back(path->string());
    if (!record.app) keep(*worker);
    workers_.changed(*worker);
  }
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  registrar_->add(anchors_of(record), entry_for(*worker),
                  [this, shared, path = *path, id = record.address.id](Result<void> added) {
                    if (added.has_value()) return lang::answer(*shared, added);
                    Failure why = added.error();
                    why.may_have_run = is_done_later(why);
                    if (Worker* refused = workers_.find(id); refused != nullptr && !why.may_have_run) {
                      std::erase(refused->record.anchors, path.string());
                      registrar_->leave(path, id, [](const Result<void>&) {});
                    }
                    shared->fail(std::move(why));
                  });
}

void Agent::claim_anchor(lang::IncomingCallPointer call, const std::string& text) {
  auto path = anchor::Path::parse(text);
  if (path.has_error()) return call->fail(path.error());
  Worker* worker = caller_of(*call);
  if (worker == nullptr) return;
  if (!stands_under(worker->record, *path))
    if (auto full = full_of_anchors(worker->record)) return call->fail(*std::move(full));
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  registrar_->claim(
      *path, entry_for(*worker),
      [this, shared, path = *path, id = worker->record.address.id](const Result<void>& claimed) {
        if (claimed.has_error()) return shared->fail(claimed.error());
        Worker* owner = workers_.find(id);
        if (owner == nullptr || owner->record.state == WorkerState::dead) {
          // It was buried before it stood there.
          registrar_->remove({path}, id, [](const Result<void>&) {});
        } else if (!stands_under(owner->record, path)) {
          owner->record.anchors.push_back(path.string());
          if (!owner->record.app) keep(*owner);
          workers_.changed(*owner);
        }
        lang::answer(*shared, claimed);
      });
}

void Agent::remove_anchor(lang::IncomingCallPointer call, const std::string& text) {
  auto path = anchor::Path::parse(text);
  if (path.has_error()) return call->fail(path.error());
  Worker* worker = caller_of(*call);
  if (worker == nullptr) return;
  WorkerRecord& record = worker->record;
  if (!record.app && path->string() == "/host/" + options_.host)
    return call->fail(failure(ErrorKind::invalid, fmt::format("every worker of {} stands under {}",
                                                              options_.host, path->string())));
  if (std::erase(record.anchors, path->string()) == 0) return lang::answer(*call, Result<void>());
  if (!record.app) keep(*worker);
  workers_.changed(*worker);
  std::shared_ptr<lang::IncomingCall> shared = std::move(call);
  registrar_->leave(*path, record.address.id, [shared](Result<void> removed) {
    if (removed.has_value()) return lang::answer(*shared, removed);
    Failure why = removed.error();
    why.may_have_run = is_done_later(why);
    shared->fail(std::move(why));
  });
}

}  // namespace circuit::agent
