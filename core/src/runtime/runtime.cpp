#include <condition_variable>
#include <fmt/format.h>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>

#include <circuit/runtime.hpp>

#include "base/limits.hpp"
#include "base/paths.hpp"
#include "runtime/named_channels.hpp"
#include "runtime/roles.hpp"
#include "runtime/state.hpp"
#include "runtime/worker.hpp"
#include "spawn/restarted_call.hpp"

namespace circuit {
namespace {

runtime::Worker& worker_of(const std::unique_ptr<runtime::State>& state) {
  if (state->worker() != nullptr) return *state->worker();
  throw Error(ErrorKind::invalid, "this program is no worker: only a spawned function can ask for that");
}

}  // namespace

PendingSpawn::PendingSpawn(lang::TargetPointer functions, std::uint64_t function)
    : target_(std::move(functions)), call_(target_, function, {std::chrono::milliseconds(0)}) {}

Runtime::Runtime(int, char**, Options options) {
  switch (runtime::role_from_environment()) {
    case runtime::Role::functions: runtime::print_functions();
    case runtime::Role::worker: runtime::run_worker(*this, state_);
    case runtime::Role::app: break;
  }
  auto directory =
      options.directory.empty() ? agent_directory() : std::filesystem::absolute(options.directory);
  auto start =
      options.start_agent ? spawn::AgentConnection::Start::if_missing : spawn::AgentConnection::Start::never;
  runtime::State::Replacements replacements{std::move(options.clock), std::move(options.transport),
                                            std::move(options.launcher), std::move(options.coordinator)};
  state_ = runtime::make_app(directory, wire::Role::app, start, this, std::move(replacements));
  state_->set_worker_executable(options.worker_executable);
}

Runtime::Runtime(Bare) {}

Runtime::~Runtime() = default;

const Address& Runtime::address() const noexcept { return state_->node().own_address(); }

Anchors Runtime::anchors() { return Anchors(state_->anchors()); }

void Runtime::offer_channel(std::string_view name, const lang::TargetPointer& channel) {
  runtime::offer_channel(*state_, name, channel);
}

void Runtime::withdraw_channel(std::string_view name) { runtime::withdraw_channel(*state_, name); }

lang::TargetPointer Runtime::find_channel(std::string_view name, const std::string& interface,
                                          std::chrono::milliseconds wait) {
  return runtime::find_channel(*state_, name, interface, wait);
}

lang::Node& Runtime::node() noexcept { return state_->node(); }

PendingSpawn Runtime::begin_spawn(const std::string& host, const std::vector<std::string>& anchors,
                                  const lang::Function& function) {
  spawn::SpawnOrder order;
  order.anchors = anchors;
  order.function = function.name;
  order.executable = state_->worker_executable().string();
  auto record = value_or_throw(state_->launcher().launch(host, order));
  return PendingSpawn(functions_of(record.address), function.id);
}

Runtime::Restarted Runtime::spawn_restarted(const std::string& host, const std::vector<std::string>& anchors,
                                            const Restart& restart, const lang::Function& function,
                                            Buffer arguments) {
  spawn::SpawnOrder order;
  order.anchors = anchors;
  order.function = function.name;
  order.executable = state_->worker_executable().string();
  order.restart = restart;
  order.function_id = function.id;
  order.signature = function.descriptor;
  order.arguments.assign(arguments.data(), arguments.data() + arguments.size());
  const Address worker = value_or_throw(state_->launcher().launch(host, order)).address;

  std::promise<spawn::RestartedAnswer> answered;
  spawn::call_through_restarts(
      node(), state_->agent(), worker, function.id, std::move(arguments),
      [&answered](spawn::RestartedAnswer answer) { answered.set_value(std::move(answer)); });
  spawn::RestartedAnswer answer = answered.get_future().get();
  return {value_or_throw(std::move(answer.answer)), std::move(answer.worker)};
}

lang::TargetPointer Runtime::functions_of(const Address& worker) {
  lang::PeerPointer peer = node().peers().find_or_add(worker);
  return node().imports().fixed(peer, lang::fixed_object::functions, "functions");
}

Address Runtime::start_worker(const std::string& host, const std::vector<std::string>& anchors) {
  spawn::SpawnOrder order;
  order.anchors = anchors;
  order.executable = state_->worker_executable().string();
  Address worker = value_or_throw(state_->launcher().launch(host, order)).address;
  value_or_throw(lang::call(node(), node().peers().find_or_add(worker), lang::fixed_object::worker,
                            spawn::worker_interface().hold, {limits::worker_silence}));
  return worker;
}

void Runtime::release(const Address& worker) {
  value_or_throw(lang::call(node(), node().peers().find_or_add(worker), lang::fixed_object::worker,
                            spawn::worker_interface().release, {}));
}

void Runtime::side_by_side(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (count > limits::spawns_at_once)
    throw Error(ErrorKind::overloaded,
                fmt::format("{} hosts, where a spawn can be on {} at once", count, limits::spawns_at_once));
  std::optional<lang::Context> context;
  if (const lang::Context* current = lang::current_context()) context = *current;
  auto run = [&](std::size_t i) {
    std::optional<lang::ContextScope> scope;
    if (context) {
      lang::Context own = *context;
      // What runs side by side is no longer one chain, of which only one call at a time is inside an object.
      own.chain = node().new_chain();
      scope.emplace(own);
    }
    body(i);
  };
  std::vector<std::jthread> threads;
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    try {
      threads.emplace_back(run, i);
    } catch (const std::system_error&) {
      run(i);  // the machine has no thread left: one after the other, then
    }
  }
}

std::optional<Error> Runtime::error_of(const std::function<void()>& body) {
  try {
    body();
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& exception) {
    return Error(ErrorKind::invalid, exception.what());
  }
}

void Runtime::kill(const Address& worker, KillOptions options) {
  spawn::KillOrder order;
  order.worker = worker.id;
  order.signal = options.signal;
  order.grace_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, options.grace.count()));
  order.by = fmt::format("{}", address().string());
  value_or_throw(state_->launcher().end(order));
}

void Runtime::when_dead(const Address& process, std::function<void(const Death&)> handler) {
  if (process.id == address().id) throw Error(ErrorKind::invalid, "a process cannot wait for its own death");
  state_->deaths().watch(process, std::move(handler));
}

std::optional<Death> Runtime::await_death(const Address& process,
                                          std::optional<std::chrono::milliseconds> timeout) {
  if (process.id == address().id) throw Error(ErrorKind::invalid, "a process cannot wait for its own death");
  if (node().loop().on_loop())
    throw Error(ErrorKind::refused, "waiting on the I/O thread would keep the news away: use when_dead()");
  struct Waiting {
    std::mutex mutex;
    std::condition_variable told;
    std::optional<Death> death;
  };
  auto waiting = std::make_shared<Waiting>();
  const std::uint64_t ticket = state_->deaths().watch(process, [waiting](Death death) {
    std::lock_guard lock(waiting->mutex);
    waiting->death = std::move(death);
    waiting->told.notify_all();
  });
  std::unique_lock lock(waiting->mutex);
  auto is_dead = [&] { return waiting->death.has_value(); };
  if (!timeout)
    waiting->told.wait(lock, is_dead);
  else if (!waiting->told.wait_for(lock, *timeout, is_dead))
    state_->deaths().forget(ticket);
  return waiting->death;
}

void Runtime::daemonize(std::function<void(std::stop_token)> body) {
  worker_of(state_).daemonize(std::move(body));
}

void Runtime::run_in_back(std::function<void(std::stop_token)> body) {
  worker_of(state_).run_in_back(std::move(body));
}

std::stop_token Runtime::stop_token() const noexcept {
  return state_->worker() != nullptr ? state_->worker()->stop_token() : std::stop_token();
}

Runtime& here() {
  const lang::Context* context = lang::current_context();
  if (context == nullptr || context->node == nullptr || context->node->runtime() == nullptr)
    throw Error(ErrorKind::invalid, "circuit::here() works within a call: in a worker function or a method");
  return *context->node->runtime();
}

}  // namespace circuit
