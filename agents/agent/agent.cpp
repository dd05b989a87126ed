#include "agent/agent.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <circuit/value/codec.hpp>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "spawn/agent_file.hpp"
#include "spawn/agent_starter.hpp"

namespace circuit::agent {

using spawn::CauseKind;
using spawn::WorkerRecord;
using spawn::WorkerState;

namespace {

std::uint64_t ns(std::chrono::nanoseconds duration) { return static_cast<std::uint64_t>(duration.count()); }

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

anchor::Entry entry_of(const WorkerRecord& record) {
  anchor::Entry entry;
  entry.address = record.address;
  entry.start_ticks = record.start_ticks;
  entry.started_wall_ns = record.started_wall_ns;
  entry.function = record.function;
  entry.executable = record.executable;
  entry.app = record.app;
  return entry;
}

Result<std::vector<anchor::Path>> parse_anchors(const std::vector<std::string>& texts,
                                                const std::string& host) {
  if (texts.size() > limits::anchors_per_worker)
    return failure(ErrorKind::invalid, fmt::format("{} anchors, where a worker can have {}", texts.size(),
                                                   limits::anchors_per_worker));
  std::vector<anchor::Path> anchors;
  for (const std::string& text : texts) {
    auto path = anchor::Path::parse(text);
    if (path.has_error()) return path.error();
    if (std::find(anchors.begin(), anchors.end(), *path) == anchors.end())
      anchors.push_back(std::move(*path));
  }
  auto own = anchor::Path::parse("/host/" + host);
  if (own.has_error()) return own.error();
  if (std::find(anchors.begin(), anchors.end(), *own) == anchors.end()) anchors.push_back(std::move(*own));
  return anchors;
}

std::vector<anchor::Path> anchors_of(const WorkerRecord& record) {
  std::vector<anchor::Path> anchors;
  for (const std::string& text : record.anchors)
    if (auto path = anchor::Path::parse(text); path.has_value()) anchors.push_back(std::move(*path));
  return anchors;
}

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

Agent::Agent(AgentOptions options, link::AsioLoop& loop)
    : options_(std::move(options)),
      loop_(loop),
      workers_(loop, random_.id()),
      dead_timer_(loop.make_timer()),
      sweep_timer_(loop.make_timer()),
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
  auto registrar = Registrar::open(directory, loop_);
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
  node_->set_observer(this);
  node_->dispatcher().publish(lang::fixed_object::agent, make_servant());

  keeper_ = std::make_unique<KeeperPort>(loop_, UniqueFd(keeper::agent_connection_fd));
  keeper_->start([this](keeper::KeeperEvent event) { keeper_event(std::move(event)); },
                 [this](const Failure& why) {
                   log::info("the keeper is gone ({}); ending", why.text);
                   quit(0);
                 });
  return {};
}

// -- spawning -----------------------------------------------------------------------------------------------

void Agent::spawn(const spawn::SpawnOrder& order, Spawned done) {
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

  auto jail = make_jail(options_.directory, record.address);
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
  launch.record = Bytes(to_cbor(record));
  std::vector<int> fds;
  for (const UniqueFd& fd : jail->descriptors) fds.push_back(fd.get());
  auto sent = keeper_->send(launch, fds);
  if (sent.has_error()) {
    remove_socket(options_.directory, record.address);
    return ordered.done(sent.error());
  }
  executables_.know(record.executable);
  Worker& worker = workers_.add(record);
  worker.recorder = std::move(jail->descriptors[keeper::recorder_fd]);
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
  registrar_->add(ordered.anchors, entry_of(record),
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
  ordered.done(failure(ErrorKind::refused, event.text));
}

void Agent::expect_hello(Worker& worker) {
  worker.timer = loop_.make_timer();
  worker.timer->arm(loop_.clock().now_ns() + ns(limits::worker_silence),
                    [this, id = worker.record.address.id] {
                      Worker* silent = workers_.find(id);
                      if (silent == nullptr || silent->record.state != WorkerState::starting) return;
                      silent->intent = KillIntent{CauseKind::silent, {}};
                      signal(*silent, SIGKILL);
                    });
}

void Agent::keep(const Worker& worker) {
  auto sent = keeper_->send(keeper::Update{worker.record.address.id, Bytes(to_cbor(worker.record))});
  if (sent.has_error())
    log::warn("the keeper does not take what is known of {}", worker.record.address.string());
}

// -- what the keeper tells ----------------------------------------------------------------------------------

void Agent::keeper_event(keeper::KeeperEvent event) {
  if (auto* e = std::get_if<keeper::WorkerStarted>(&event)) return started(std::move(*e));
  if (auto* e = std::get_if<keeper::Refused>(&event)) return refused(*e);
  if (auto* e = std::get_if<keeper::WorkerDied>(&event)) return died(std::move(*e));
  if (auto* e = std::get_if<keeper::WorkerHeld>(&event)) return held(std::move(*e));
  if (std::get_if<keeper::InventoryEnd>(&event)) return inventory_ended();
  shutting_down_ = true;
}

void Agent::held(keeper::WorkerHeld event) {
  WorkerRecord record;
  std::string error;
  const keeper::HeldWorker& held = event.message.held;
  if (!from_cbor(held.record, record, &error)) {
    log::error("what the keeper holds about {} cannot be read: {}", held.worker.string(), error);
    record.address.id = held.worker;
    record.address.host = options_.host;
  }
  record.address.pid = held.pid;
  record.start_ticks = held.start_ticks;
  record.started_wall_ns = held.started_wall_ns;
  bool had_spoken = record.state != WorkerState::starting;
  if (had_spoken) record.state = WorkerState::suspect;
  executables_.know(record.executable);
  Worker& worker = workers_.add(std::move(record));
  worker.pidfd = std::move(event.pidfd);
  worker.recorder = std::move(event.recorder);
  if (!had_spoken) expect_hello(worker);
}

void Agent::inventory_ended() {
  // Only now is it known who lives, so only now may anyone ask.
  registrar_->retain(workers_.living());
  workers_.each([this](Worker& worker) {
    if (worker.record.app || worker.record.state == WorkerState::dead) return;
    registrar_->add(anchors_of(worker.record), entry_of(worker.record), [](Result<void> added) {
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
    sweep_sockets();
    std::size_t removed = remove_old_jails(options_.directory, limits::kept_jails);
    log::info("ready in {} with {} workers ({} old jails removed)", options_.directory.string(),
              workers_.living_count(), removed);
  });
}

void Agent::died(keeper::WorkerDied event) {
  const keeper::HeldWorker& held = event.message.held;
  Worker* worker = workers_.find(held.worker);
  if (worker == nullptr) {  // it died while no agent ran
    WorkerRecord record;
    if (!from_cbor(held.record, record)) record.address.id = held.worker;
    worker = &workers_.add(std::move(record));
    worker->record.address.pid = held.pid;
    worker->record.started_wall_ns = held.started_wall_ns;
  }
  WorkerRecord& record = worker->record;
  record.state = WorkerState::dead;
  record.cause = cause_of(event.message.end, worker->intent);
  record.died_wall_ns = event.message.end.wall_ns;
  worker->timer.reset();
  worker->pidfd.reset();
  worker->recorder.reset();
  remove_socket(options_.directory, record.address);
  log::info("{} {}", record.address.string(), record.cause.text);
  workers_.changed(*worker);
  buried(held.worker, record);
  registrar_->remove(anchors_of(record), held.worker,
                     [this, id = held.worker, jail = jail_of(options_.directory, held.worker),
                      end = Bytes(to_cbor(record))](Result<void> removed) {
                       if (removed.has_error())
                         log::warn("cannot take {} out of the tree: {}", id.string(), removed.error().text);
                       // The keeper forgets the death when its note is on disk, beside the worker's output.
                       if (std::filesystem::is_directory(jail))
                         if (auto written = write_file(jail / "end", text_of(end)); written.has_error())
                           return log::warn("cannot note the end of {}: {}", id.string(),
                                            written.error().text);
                       static_cast<void>(keeper_->send(keeper::Acknowledge{id}));
                     });
  if (shutting_down_ && workers_.living_count() == 0)
    shutdown_timer_->arm(0, [this] { static_cast<void>(keeper_->send(keeper::Shutdown{0})); });
}

void Agent::buried(WorkerId id, const WorkerRecord& record) {
  std::string words = last_lines(jail_of(options_.directory, id));
  answer_fates(id, record.cause.text + (words.empty() ? "" : ": " + words));
  // The oldest goes when its time is over, or earlier when there are too many.
  dead_.push_back({id, loop_.clock().now_ns() + ns(limits::dead_remembered)});
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

// -- ending workers -----------------------------------------------------------------------------------------

Result<void> Agent::kill(const spawn::KillOrder& order) {
  Worker* worker = workers_.find(order.worker);
  if (worker == nullptr || worker->record.app)
    return failure(ErrorKind::invalid,
                   fmt::format("no worker {} runs on {}", order.worker.string(), options_.host));
  if (worker->record.state == WorkerState::dead)
    return failure(ErrorKind::dead, fmt::format("{} is dead already: {}", worker->record.address.string(),
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

void Agent::shut_down(std::chrono::milliseconds grace) {
  if (shutting_down_) return;
  shutting_down_ = true;
  log::info("shutting down with {} workers", workers_.living_count());
  workers_.each([&](Worker& worker) {
    if (worker.record.app || worker.record.state == WorkerState::dead) return;
    worker.intent = KillIntent{CauseKind::killed, "the agent's shutdown"};
    stop_in_order(worker, static_cast<std::uint64_t>(grace.count()));
  });
  std::uint64_t at = workers_.living_count() == 0 ? 0 : loop_.clock().now_ns() + ns(grace);
  shutdown_timer_->arm(
      at, [this] { static_cast<void>(keeper_->send(keeper::Shutdown{limits::shutdown_rest_ms})); });
}

void Agent::sweep_sockets() {
  remove_dead_sockets(options_.directory);
  sweep_timer_->arm(loop_.clock().now_ns() + ns(limits::socket_sweep), [this] { sweep_sockets(); });
}

void Agent::quit(int status) {
  exit_status_ = status;
  if (shutting_down_) {  // nobody is to look for this agent any more
    std::error_code ignored;
    std::filesystem::remove(options_.directory / "agent.json", ignored);
    remove_socket(options_.directory, node_->own_address());
  }
  loop_.stop();
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
  worker->record.state = WorkerState::live;
  if (!worker->intent) worker->timer.reset();
  keep(*worker);
  workers_.changed(*worker);
}

void Agent::peer_died(const lang::PeerPointer& peer, const Failure&) {
  Worker* worker = workers_.find(peer->address().id);
  if (peer->role() == wire::Role::app || peer->role() == wire::Role::console) {
    if (worker != nullptr && !worker->record.app) return;  // it has the id of a worker, and is none
    // It removes its socket itself, unless it was killed.
    remove_socket(options_.directory, peer->address());
    workers_.remove(peer->address().id);
    // Those whose links to it ended a moment earlier are waiting for the word.
    return answer_fates(peer->address().id, "");
  }
  if (worker == nullptr || worker->record.app || worker->record.state == WorkerState::dead) return;
  worker->record.state = WorkerState::suspect;  // the keeper has the last word
  workers_.changed(*worker);
}

void Agent::enlist_app(const lang::PeerPointer& peer) {
  if (Worker* other = workers_.find(peer->address().id); other != nullptr && !other->record.app)
    return log::warn("{} has the id of a worker of this agent", peer->address().string());
  WorkerRecord record;
  record.address = peer->address();
  record.app = true;
  record.state = WorkerState::live;
  record.started_wall_ns = loop_.clock().wall_ns();
  std::error_code ignored;
  record.executable =
      std::filesystem::read_symlink(fmt::format("/proc/{}/exe", record.address.pid), ignored).string();
  workers_.add(std::move(record));
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
