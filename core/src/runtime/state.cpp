#include "runtime/state.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/paths.hpp"
#include "link/unix_transport.hpp"
#include "runtime/anchor_client.hpp"
#include "runtime/own_session.hpp"
#include "spawn/agent_file.hpp"

namespace circuit::runtime {

State::State(Identity identity, spawn::AgentConnection::Start start, Runtime* runtime,
             Replacements replacements)
    : clock_(replacements.clock ? std::move(replacements.clock) : std::make_shared<SystemClock>()),
      loop_(*clock_),
      transport_(replacements.transport ? replacements.transport(loop_)
                                        : std::make_shared<link::UnixTransport>(loop_)),
      launcher_(std::move(replacements.launcher)) {
  lang::Node::Parts parts;
  parts.address = std::move(identity.address);
  parts.role = identity.role;
  parts.loop = &loop_;
  parts.transport = transport_.get();
  parts.random = &random_;
  parts.recorder = std::move(identity.recorder);
  parts.runtime = runtime;
  node_ = std::make_unique<lang::Node>(std::move(parts));
  agent_ = std::make_unique<spawn::AgentConnection>(*node_, std::move(identity.directory), start);
  if (!launcher_) launcher_ = std::make_shared<spawn::AgentLauncher>(*agent_);
  if (replacements.coordinator)
    anchors_ = std::make_shared<OwnSession>(
        *node_, std::move(replacements.coordinator),
        entry_of(*node_, std::move(identity.function), identity.role != wire::Role::worker));
  else
    anchors_ = std::make_shared<AnchorClient>(*this);
  deaths_ = std::make_unique<Deaths>(*node_, *agent_);
  set_worker_executable({});
  node_->set_observer(this);
  node_->peers().set_ask_fate([this](const Address& address, std::function<void(lang::Fate)> told) {
    agent_->ask_fate(address, std::move(told));
  });
}

void State::set_worker_executable(const std::string& name) {
  const std::filesystem::path own = own_executable();
  if (name.empty())
    worker_executable_ = own;
  else if (name.find('/') == std::string::npos)
    worker_executable_ = own.parent_path() / name;
  else
    worker_executable_ = std::filesystem::absolute(name).lexically_normal();
}

State::~State() {
  anchors_->close();
  node_->stop();
  loop_.stop();
  const std::string& endpoint = node_->own_address().endpoint;
  if (endpoint.starts_with("unix:")) ::unlink(endpoint.c_str() + 5);
}

Result<void> State::listen(std::optional<int> listening_fd) {
  auto listening = listening_fd ? node_->peers().adopt(*listening_fd)
                                : node_->peers().listen(node_->own_address().endpoint);
  if (listening.has_error()) return listening;
  loop_.start_thread();
  return {};
}

void State::peer_died(const lang::PeerPointer& peer, const Failure&) {
  agent_->ended(peer);
  deaths_->peer_died(peer);
  if (peer_died_) peer_died_(peer);
}

void State::peer_lost(const lang::PeerPointer& peer, const Failure&) { agent_->ended(peer); }

std::unique_ptr<State> make_app(const std::filesystem::path& directory, wire::Role role,
                                spawn::AgentConnection::Start start, Runtime* runtime,
                                State::Replacements replacements) {
  SystemRandom random;
  State::Identity identity;
  identity.role = role;
  identity.directory = directory;
  identity.address.id = WorkerId{random.id()};
  identity.address.incarnation = random.id();
  identity.address.host = "localhost";
  identity.address.pid = ::getpid();
  std::filesystem::path sockets = socket_directory(directory);
  value_or_throw(make_private_directory(sockets));
  identity.address.endpoint = fmt::format("unix:{}/{}", sockets.string(), identity.address.id.string());
  if (auto agent = spawn::read_agent_file(directory); agent.has_value())
    identity.address.agent = agent->agent;
  identity.recorder = value_or_throw(record::Recorder::create(identity.address.id.value));
  auto state = std::make_unique<State>(std::move(identity), start, runtime, std::move(replacements));
  value_or_throw(state->listen(std::nullopt));
  return state;
}

}  // namespace circuit::runtime
