#include <fmt/format.h>

#include <circuit/runtime.hpp>

#include "base/limits.hpp"
#include "base/paths.hpp"
#include "runtime/roles.hpp"
#include "runtime/state.hpp"
#include "runtime/worker.hpp"

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
  state_ = runtime::make_app(directory, wire::Role::app, start, this);
}

Runtime::~Runtime() = default;

const Address& Runtime::address() const noexcept { return state_->node().own_address(); }

lang::Node& Runtime::node() noexcept { return state_->node(); }

PendingSpawn Runtime::begin_spawn(const std::string& host, const std::vector<std::string>& anchors,
                                  const lang::Function& function) {
  spawn::SpawnOrder order;
  order.anchors = anchors;
  order.function = function.name;
  order.executable = own_executable().string();
  auto record = value_or_throw(state_->launcher().launch(host, order));
  lang::PeerPointer worker = node().peers().find_or_add(record.address);
  return PendingSpawn(node().imports().fixed(worker, lang::fixed_object::functions, "functions"),
                      function.id);
}

void Runtime::kill(const Address& worker, KillOptions options) {
  spawn::KillOrder order;
  order.worker = worker.id;
  order.signal = options.signal;
  order.grace_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(0, options.grace.count()));
  order.by = fmt::format("{}", address().string());
  value_or_throw(state_->launcher().end(order));
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
