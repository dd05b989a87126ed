#include "runtime/worker.hpp"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "spawn/jail_config.hpp"
#include "value/json.hpp"

namespace circuit::runtime {

using Steady = std::chrono::steady_clock;

Worker::Worker(State& state, bool restarted) : state_(state), restarted_(restarted) {
  lang::Node& node = state_.node();
  node.set_function_host(this);
  auto wake = [this] {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  };
  node.exports().on_empty(wake);
  node.handovers().on_empty(wake);
  state_.set_peer_died([this](const lang::PeerPointer& peer) { peer_died(peer); });
  auto servant = std::make_shared<lang::MethodServant>("worker");
  servant->on(spawn::worker_interface().stop, [this](lang::IncomingCallPointer call, std::uint64_t grace_ms) {
    request_stop(std::chrono::milliseconds(std::min<std::uint64_t>(grace_ms, 3'600'000)));
    call->reply([](Encoder& result) { result.null(); });
  });
  servant->on(spawn::worker_interface().hold, [this](lang::IncomingCallPointer call) { hold(*call); });
  servant->on(spawn::worker_interface().release, [this](lang::IncomingCallPointer call) {
    call->reply([](Encoder& result) { result.null(); });
    release();
  });
  servant->on(spawn::worker_interface().bind, [this](lang::IncomingCallPointer call, const Address& spawner) {
    call->reply([](Encoder& result) { result.null(); });
    bind(state_.node().peers().find_or_add(spawner));
    // Its end shows in the link to it, which nobody else needs.
    static const lang::RemoteMethod<void()> ping{"process.ping"};
    lang::start_call(state_.node(), state_.node().peers().find_or_add(spawner), lang::fixed_object::process,
                     ping, {}, std::function([](Result<void>) {}));
  });
  node.dispatcher().publish(lang::fixed_object::worker, std::move(servant));
}

Worker::~Worker() = default;

int Worker::live() {
  std::unique_lock lock(mutex_);
  auto no_function_by = Steady::now() + limits::worker_silence;
  for (;;) {
    bool stopping = stop_by_.has_value();
    if (begun_ && !needed()) return failed_;
    if (!begun_ && stopping) return 0;
    if (stopping && Steady::now() >= *stop_by_) return failed_;
    if (!begun_ && Steady::now() >= no_function_by) {
      std::fprintf(stderr, "circuit: no function came within %d s\n",
                   static_cast<int>(limits::worker_silence.count()));
      return 1;
    }
    if (stopping || !begun_)
      changed_.wait_until(lock, stopping ? *stop_by_ : no_function_by);
    else
      changed_.wait(lock);
  }
}

bool Worker::needed() const {
  if (running_ > 0) return true;
  // Once it is told to stop, what others hold keeps it no longer.
  return !stop_by_ && (held_ || state_.node().exports().size() > 0 || state_.node().handovers().size() > 0);
}

bool Worker::admit(lang::IncomingCall& call, const lang::Function& function) {
  {
    std::lock_guard lock(mutex_);
    if (stop_by_) {
      call.fail(failure(ErrorKind::cancelled, "the worker is about to end"));
      return false;
    }
    if (!first_) first_ = {function.name, show_json(call.arguments(), limits::recorded_argument_bytes)};
    begun_ = true;
    ++running_;
  }
  // An agent that calls for someone else may be replaced at any time: the worker's life is not bound to it.
  if (call.peer() && call.peer()->role() != wire::Role::agent) bind(call.peer());
  // The call may come before this process has looked for its agent, which is then told when it is found.
  if (lang::PeerPointer agent = state_.agent().current()) tell(agent);
  return true;
}

void Worker::hold(lang::IncomingCall& call) {
  {
    std::lock_guard lock(mutex_);
    if (stop_by_) return call.fail(failure(ErrorKind::cancelled, "the worker is about to end"));
    begun_ = held_ = true;
    changed_.notify_all();
  }
  if (call.peer()) bind(call.peer());
  call.reply([](Encoder& result) { result.null(); });
}

void Worker::release() {
  std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

void Worker::bind(const lang::PeerPointer& spawner) {
  {
    std::lock_guard lock(mutex_);
    if (spawner_) return;
    spawner_ = spawner->address().id;
  }
  // It may have died while its call was on the way to here.
  if (spawner->verdict()) peer_died(spawner);
}

void Worker::tell(const lang::PeerPointer& agent) {
  FirstFunction first;
  bool daemonized = false;
  {
    std::lock_guard lock(mutex_);
    if (!first_) return;
    first = *first_;
    daemonized = daemonized_;
  }
  lang::start_call(state_.node(), agent, lang::fixed_object::agent, spawn::agent_interface().running, {},
                   std::function([](Result<void>) {}), first.name, first.arguments);
  if (daemonized)
    lang::start_call(state_.node(), agent, lang::fixed_object::agent, spawn::agent_interface().daemonized, {},
                     std::function([](Result<void>) {}));
}

void Worker::ended(bool returned) {
  const bool fails = restarted_ && !returned;
  {
    std::lock_guard lock(mutex_);
    --running_;
    failed_ |= fails;
    changed_.notify_all();
  }
  if (fails) request_stop(limits::stop_grace);
}

void Worker::peer_died(const lang::PeerPointer& peer) {
  {
    std::lock_guard lock(mutex_);
    if (peer->address().id != spawner_ || daemonized_ || (running_ == 0 && !held_)) return;
  }
  std::fprintf(stderr, "circuit: the spawner is dead; stopping\n");
  request_stop(limits::stop_grace);
}

void Worker::request_stop(std::chrono::milliseconds grace) {
  {
    std::lock_guard lock(mutex_);
    if (stop_by_) return;
    stop_by_ = Steady::now() + grace;
  }
  stop_.request_stop();
  std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void Worker::daemonize(std::function<void(std::stop_token)> body) {
  {
    std::lock_guard lock(mutex_);
    if (daemonized_) throw Error(ErrorKind::invalid, "the worker is daemonized already");
    daemonized_ = true;
  }
  // Before the function returns its agent knows: from then on it is started again without its spawner too. A
  // new agent is told when it is found.
  if (restarted_)
    static_cast<void>(state_.agent().call(spawn::agent_interface().daemonized, {limits::fate_wait}));
  start_body(std::move(body));
}

void Worker::join() {
  std::vector<std::jthread> bodies;
  {
    std::lock_guard lock(mutex_);
    bodies.swap(bodies_);
  }
  for (std::jthread& body : bodies) body.join();
}

void Worker::run_in_back(std::function<void(std::stop_token)> body) { start_body(std::move(body)); }

void Worker::start_body(std::function<void(std::stop_token)> body) {
  std::lock_guard lock(mutex_);
  ++running_;
  bodies_.emplace_back([this, body = std::move(body)] {
    lang::Context context;
    context.node = &state_.node();
    lang::ContextScope scope(context);
    try {
      body(stop_.get_token());
    } catch (const std::exception& exception) {
      std::fprintf(stderr, "circuit: background work ended with an exception: %s\n", exception.what());
    } catch (...) {
      std::fprintf(stderr, "circuit: background work ended with something that is no std::exception\n");
    }
    ended(true);
  });
}

void run_worker(Runtime& runtime, std::unique_ptr<State>& state) {
  log::start("worker", log::Level::warn);
  auto give_up = [](const Failure& why) {
    std::fprintf(stderr, "circuit: this worker cannot start: %s\n", why.text.c_str());
    std::_Exit(1);
  };
  auto config = spawn::read_jail_config(std::filesystem::current_path());
  if (config.has_error()) give_up(config.error());
  for (int fd :
       {spawn::worker_start::listener_fd, spawn::worker_start::recorder_fd, spawn::worker_start::lock_fd})
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::flock(spawn::worker_start::lock_fd, LOCK_EX | LOCK_NB);
  // Its agent may look into it, whatever the system's setting for strangers.
  ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);

  State::Identity identity;
  identity.address = config->address;
  identity.address.pid = ::getpid();
  identity.role = wire::Role::worker;
  identity.directory = config->agent_directory;
  auto recorder = record::Recorder::attach(UniqueFd(spawn::worker_start::recorder_fd));
  if (recorder.has_error()) give_up(recorder.error());
  identity.recorder = std::move(*recorder);
  state = std::make_unique<State>(std::move(identity), spawn::AgentConnection::Start::never, &runtime);

  int status;
  {
    Worker worker(*state, config->restarted);
    state->set_worker(&worker);
    if (auto listening = state->listen(spawn::worker_start::listener_fd); listening.has_error())
      give_up(listening.error());
    state->agent().keep([&worker](const lang::PeerPointer& agent) { worker.tell(agent); });
    status = worker.live();
    std::fflush(nullptr);
    // Functions that do not heed the request to stop may go on for ever: the process ends without them.
    state->node().peers().say_goodbye(Steady::now() + limits::goodbye_wait);
    std::_Exit(status);
  }
}

}  // namespace circuit::runtime
