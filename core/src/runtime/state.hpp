// What is behind a circuit::Runtime: the parts, wired.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include <circuit/runtime.hpp>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "lang/node.hpp"
#include "link/asio_loop.hpp"
#include "link/transport.hpp"
#include "runtime/anchor_source.hpp"
#include "runtime/deaths.hpp"
#include "spawn/agent_connection.hpp"
#include "spawn/launcher.hpp"

namespace circuit::runtime {

class Worker;

/// Owns loop, transport, node and the connection to the agent.
/// Lifetime: destroyed by the thread that made it, which is neither the loop's nor the pool's.
class State final : public lang::NodeObserver {
 public:
  struct Identity {
    Address address;
    wire::Role role = wire::Role::app;
    std::filesystem::path directory;
    std::unique_ptr<record::Recorder> recorder;
    /// Of a worker: the function that it is for.
    std::string function;
  };

  /// As in Runtime::Options.
  struct Replacements {
    std::shared_ptr<Clock> clock;
    std::function<std::shared_ptr<link::Transport>(link::Loop&)> transport;
    std::shared_ptr<spawn::Launcher> launcher;
    std::shared_ptr<anchor::Coordinator> coordinator;
  };

  State(Identity identity, spawn::AgentConnection::Start start, Runtime* runtime,
        Replacements replacements = {});
  ~State() override;

  /// Begins to accept links, at the address's endpoint or at a listening socket that was handed over.
  Result<void> listen(std::optional<int> listening_fd);

  lang::Node& node() noexcept { return *node_; }
  spawn::AgentConnection& agent() noexcept { return *agent_; }
  spawn::Launcher& launcher() noexcept { return *launcher_; }
  Deaths& deaths() noexcept { return *deaths_; }
  link::AsioLoop& loop() noexcept { return loop_; }
  const std::shared_ptr<AnchorSource>& anchors() const noexcept { return anchors_; }
  /// Absolute path of the program that the workers of this runtime run.
  const std::filesystem::path& worker_executable() const noexcept { return worker_executable_; }
  /// A path, or the name of a program beside this one; empty: this program.
  void set_worker_executable(const std::string& name);
  /// In a worker: its life. Else null.
  Worker* worker() const noexcept { return worker_; }
  void set_worker(Worker* worker) noexcept { worker_ = worker; }
  /// Told of peers besides the agent's connection; on the loop.
  void set_peer_died(std::function<void(const lang::PeerPointer&)> died) { peer_died_ = std::move(died); }

 private:
  void peer_died(const lang::PeerPointer& peer, const Failure& verdict) override;
  void peer_lost(const lang::PeerPointer& peer, const Failure& reason) override;

  const std::shared_ptr<Clock> clock_;
  SystemRandom random_;
  link::AsioLoop loop_;
  const std::shared_ptr<link::Transport> transport_;
  std::unique_ptr<lang::Node> node_;
  std::unique_ptr<spawn::AgentConnection> agent_;
  std::shared_ptr<AnchorSource> anchors_;
  std::shared_ptr<spawn::Launcher> launcher_;
  std::unique_ptr<Deaths> deaths_;
  std::filesystem::path worker_executable_;
  Worker* worker_ = nullptr;
  std::function<void(const lang::PeerPointer&)> peer_died_;
};

/// The parts of an app (or console) on this host: a fresh identity, a socket in the agent's socket directory.
std::unique_ptr<State> make_app(const std::filesystem::path& directory, wire::Role role,
                                spawn::AgentConnection::Start start, Runtime* runtime,
                                State::Replacements replacements = {});

}  // namespace circuit::runtime
