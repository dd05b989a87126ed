#include "agent/agent.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "agent/calls_reader.hpp"
#include "agent/registration.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "keeper/process.hpp"
#include "runtime/anchor_record.hpp"
#include "spawn/agent_file.hpp"
#include "spawn/agent_starter.hpp"

namespace circuit::agent {

using spawn::CauseKind;
using spawn::WorkerRecord;
using spawn::WorkerState;

namespace {

/// The id that says which processes share this host; it stays the same for all agents of the directory.
Result<std::uint64_t> instance_of(const std::filesystem::path& directory, Random& random) {
  auto file = directory / "instance";
  if (auto text = read_file(file, 64); text.has_value()) {
    std::uint64_t instance = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), instance, 16);
    if (error == std::errc() && instance != 0) return instance;
  }
  std::uint64_t instance = random.id();
  if (auto written = write_file(file, fmt::format("{:016x}", instance)); written.has_error())
    return written.error();
  return instance;
}

}  // namespace

Agent::Agent(AgentOptions options, link::AsioLoop& loop)
    : options_(std::move(options)),
      loop_(loop),
      workers_(loop, random_.id()),
      dead_timer_(loop.make_timer()),
      housekeeping_timer_(loop.make_timer()),
      shutdown_timer_(loop.make_timer()) {}

Agent::~Agent() = default;

Result<void> Agent::start() {
  const auto& directory = options_.directory;
  auto sockets = socket_directory(directory);
  for (const auto& needed : {directory, directory / "jail", sockets})
    if (auto made = make_private_directory(needed); made.has_error()) return made.error();
  auto instance = instance_of(directory, random_);
  if (instance.has_error()) return instance.error();
  instance_ = *instance;
  auto registrar = Registrar::open(directory, instance_, loop_, [this](auto& workers, bool registered) {
    workers_.set_registered(workers, registered);
  });
  if (registrar.has_error()) return registrar.error();
  registrar_ = std::move(*registrar);
  if (auto program = spawn::find_circuit_program(); program.has_value()) executables_.know(program->string());

  Address address;
  address.id = WorkerId{random_.id()};
  address.incarnation = random_.id();
  address.host = options_.host;
  address.pid = ::getpid();
  address.agent = instance_;
  address.endpoint = fmt::format("unix:{}/agent", sockets.string());
  auto recorder = record::Recorder::create(address.id.value);
  if (recorder.has_error()) return recorder.error();
  lang::Node::Parts parts;
  parts.address = address;
  parts.role = wire::Role::agent;
  parts.loop = &loop_;
  parts.transport = &transport_;
  parts.random = &random_;
  parts.recorder = std::move(*recorder);
  node_ = std::make_unique<lang::Node>(std::move(parts));
  anchor_waits_ = std::make_unique<AnchorWaits>(
      *registrar_, loop_, random_, [this](const anchor::Entry& entry) { return record_of(entry); });
  node_->set_observer(this);
  node_->dispatcher().publish(lang::fixed_object::agent, make_servant());

  restarts_ = std::make_unique<Restarts>(loop_, restart_hooks());
  keeper_ = std::make_unique<KeeperPort>(loop_, UniqueFd(keeper::agent_connection_fd));
  keeper_->start([this](keeper::KeeperEvent event) { keeper_event(std::move(event)); },
                 [this](const Failure& why) {
                   log::info("the keeper is gone ({}); ending", why.text);
                   quit(0);
                 });
  return {};
}

// -- what the keeper tells ----------------------------------------------------------------------------------

void Agent::keeper_event(keeper::KeeperEvent event) {
  if (auto* e = std::get_if<keeper::WorkerStarted>(&event)) return started(std::move(*e));
  if (auto* e = std::get_if<keeper::Refused>(&event)) return refused(*e);
  if (auto* e = std::get_if<keeper::WorkerDied>(&event)) return died(std::move(*e));
  if (auto* e = std::get_if<keeper::WorkerHeld>(&event)) return held(std::move(*e));
  if (std::get_if<keeper::InventoryEnd>(&event)) return inventory_ended();
  shutting_down_ = true;
  restarts_->close();
}

void Agent::held(keeper::WorkerHeld event) {
  WorkerRecord record;
  std::string error;
  const keeper::HeldWorker& held = event.message.held;
  std::optional<RestartPlan> plan;
  if (!decode_kept(held.record, record, plan, &error)) {
    log::error("what the keeper holds about {} cannot be read: {}", held.worker.string(), error);
    record.address.id = held.worker;
    record.address.host = options_.host;
  }
  record.address.pid = held.pid;
  record.start_ticks = held.start_ticks;
  record.started_wall_ns = held.started_wall_ns;
  if (plan) restarts_->add(held.worker, std::move(*plan));
  bool had_spoken = record.state != WorkerState::starting;
  if (had_spoken) record.state = WorkerState::suspect;
  executables_.know(record.executable);
  Worker& worker = workers_.add(std::move(record));
  worker.pidfd = std::move(event.pidfd);
  worker.recorder = open_recorder(std::move(event.recorder));
  if (!had_spoken) expect_hello(worker);
}

void Agent::inventory_ended() {
  // Only now is it known who lives, so only now may anyone ask.
  registrar_->retain(workers_.living());
  workers_.each([this](Worker& worker) {
    if (worker.record.app || worker.record.state == WorkerState::dead) return;
    registrar_->add(anchors_of(worker.record), runtime::entry_of(worker.record), [](Result<void> added) {
      if (added.has_error()) log::warn("cannot register a worker again: {}", added.error().text);
    });
  });
  registrar_->settle([this] {
    auto listening = node_->peers().listen(node_->own_address().endpoint);
    auto written =
        listening.has_value() ? spawn::write_agent_file(options_.directory, node_->own_address()) : listening;
    if (written.has_error()) {
      log::error("{}", written.error().text);
      return quit(1);
    }
    keep_house();
    std::size_t removed = remove_old_jails(options_.directory, limits::kept_jails);
    log::info("ready in {} with {} workers ({} old jails removed)", options_.directory.string(),
              workers_.living_count(), removed);
  });
}

void Agent::shut_down(std::chrono::milliseconds grace) {
  if (shutting_down_) return;
  shutting_down_ = true;
  restarts_->close();
  log::info("shutting down with {} workers", workers_.living_count());
  workers_.each([&](Worker& worker) {
    if (worker.record.app || worker.record.state == WorkerState::dead) return;
    worker.intent = KillIntent{CauseKind::killed, "the agent's shutdown"};
    stop_in_order(worker, static_cast<std::uint64_t>(grace.count()));
  });
  std::uint64_t at = workers_.living_count() == 0 ? 0 : loop_.clock().now_ns() + ns_of(grace);
  shutdown_timer_->arm(
      at, [this] { static_cast<void>(keeper_->send(keeper::Shutdown{limits::shutdown_rest_ms})); });
}

void Agent::keep_house() {
  remove_dead_sockets(options_.directory);
  // Beside the loop: files on a slow disk hold nothing up.
  node_->pool().submit([directory = options_.directory, living = workers_.living()] {
    for (WorkerId id : living) trim_output(jail_of(directory, id), limits::jail_log_bytes);
  });
  housekeeping_timer_->arm(loop_.clock().now_ns() + ns_of(limits::housekeeping), [this] { keep_house(); });
}

void Agent::quit(int status) {
  exit_status_ = status;
  if (shutting_down_) {  // nobody is to look for this agent any more, or to go on with its session
    registrar_->close();
    std::error_code ignored;
    std::filesystem::remove(options_.directory / "agent.json", ignored);
    remove_socket(options_.directory, node_->own_address());
  }
  loop_.stop();
}

void Agent::keep(const Worker& worker) {
  const WorkerId id = worker.record.address.id;
  auto sent = keeper_->send(keeper::Update{id, encode_kept(worker.record, restarts_->find(id))});
  if (sent.has_error())
    log::warn("the keeper does not take what is known of {}", worker.record.address.string());
}

// -- peers --------------------------------------------------------------------------------------------------

void Agent::peer_opened(const lang::PeerPointer& peer) {
  if (peer->role() == wire::Role::app) return enlist_app(peer);
  if (peer->role() != wire::Role::worker) return;
  Worker* worker = workers_.find(peer->address().id);
  if (worker == nullptr || worker->record.address.incarnation != peer->address().incarnation)
    return log::warn("{} says it is a worker of this agent, which knows nothing of it",
                     peer->address().string());
  if (worker->record.state == WorkerState::dead) return;
  worker->record.state = worker->registered ? WorkerState::live : WorkerState::unregistered;
  if (!worker->intent) worker->timer.reset();
  keep(*worker);
  workers_.changed(*worker);
}

void Agent::peer_died(const lang::PeerPointer& peer, const Failure&) {
  anchor_waits_->caller_died(*peer);
  Worker* worker = workers_.find(peer->address().id);
  if (peer->role() == wire::Role::app || peer->role() == wire::Role::console) {
    if (worker != nullptr && !worker->record.app) return;  // it has the id of a worker, and is none
    // It removes its socket itself, unless it was killed.
    remove_socket(options_.directory, peer->address());
    if (worker != nullptr && !worker->record.anchors.empty())
      registrar_->remove(anchors_of(worker->record), peer->address().id, [](const Result<void>&) {});
    workers_.remove(peer->address().id);
    // Those whose links to it ended a moment earlier are waiting for the word.
    answer_fates(peer->address().id, "");
    const spawn::Cause unseen{CauseKind::lost, 0, "ended; it was started by nobody who could see how"};
    return answer_deaths(peer->address().id, {true, true, unseen, {}});
  }
  if (worker == nullptr || worker->record.app || worker->record.state == WorkerState::dead) return;
  worker->record.state = WorkerState::suspect;  // the keeper has the last word
  workers_.changed(*worker);
}

void Agent::enlist_app(const lang::PeerPointer& peer) {
  Worker* other = workers_.find(peer->address().id);
  if (other != nullptr && !other->record.app)
    return log::warn("{} has the id of a worker of this agent", peer->address().string());
  WorkerRecord record;
  if (other != nullptr) record.anchors = other->record.anchors;
  record.address = peer->address();
  record.start_ticks = keeper::start_ticks_of(record.address.pid).value_or(0);
  record.app = true;
  record.state = WorkerState::live;
  record.started_wall_ns = loop_.clock().wall_ns();
  std::error_code ignored;
  record.executable =
      std::filesystem::read_symlink(fmt::format("/proc/{}/exe", record.address.pid), ignored).string();
  workers_.add(std::move(record));
}

int run_agent(const AgentOptions& options) {
  log::start("agent");
  ::signal(SIGPIPE, SIG_IGN);
  // Ctrl-C in a terminal is for the one that started all this, who then asks for an orderly end.
  ::signal(SIGINT, SIG_IGN);
  ::prctl(PR_SET_NAME, "circuit-agent");
  SystemClock clock;
  link::AsioLoop loop(clock);
  Agent agent(options, loop);
  loop.post([&] {
    if (auto started = agent.start(); started.has_error()) {
      log::error("the agent cannot start: {}", started.error().text);
      std::_Exit(1);
    }
  });
  loop.run();
  // The end of a process is the simplest shutdown of all: nothing here outlives it.
  std::_Exit(agent.exit_status());
}

}  // namespace circuit::agent
