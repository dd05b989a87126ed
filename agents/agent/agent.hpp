// The agent: starts, watches and buries the workers of one host and user.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/anchor_waits.hpp"
#include "agent/executables.hpp"
#include "agent/jail.hpp"
#include "agent/keeper_port.hpp"
#include "agent/registrar.hpp"
#include "agent/restarts.hpp"
#include "agent/worker_table.hpp"
#include "base/random.hpp"
#include "lang/node.hpp"
#include "link/unix_transport.hpp"
#include "spawn/agent_interface.hpp"

namespace circuit::agent {

struct AgentOptions {
  std::filesystem::path directory;
  std::string host = "localhost";
};

/// Lives on one loop; the anchor tree has a thread of its own behind Registrar. It may be killed at any time:
/// the keeper holds what must not be lost, and hands it to the next agent. Thread safety: the loop's thread
/// only.
class Agent final : public lang::NodeObserver {
 public:
  Agent(AgentOptions options, link::AsioLoop& loop);
  ~Agent() override;

  /// Opens the tree and the socket and takes over from the keeper, whose connection is descriptor 3.
  Result<void> start();
  int exit_status() const noexcept { return exit_status_; }

 private:
  using Spawned = std::function<void(Result<spawn::WorkerRecord>)>;

  // -- agent_servant.cpp: what others ask for --
  std::shared_ptr<lang::Servant> make_servant();
  void answer_calls(lang::IncomingCallPointer call, const std::vector<WorkerId>& workers);
  void answer_worker(lang::IncomingCall& call, WorkerId id);
  void answer_listing(lang::IncomingCallPointer call, const std::string& path);
  void answer_walk(lang::IncomingCallPointer call, const std::string& path);

  // -- agent_anchors.cpp: who stands where, who waits for that to change, and who changes it for itself --
  void offer_anchors(lang::MethodServant& servant);
  void answer_directory(lang::IncomingCallPointer call, const anchor::Path& path);
  void add_anchor(lang::IncomingCallPointer call, const std::string& path);
  void claim_anchor(lang::IncomingCallPointer call, const std::string& path);
  void remove_anchor(lang::IncomingCallPointer call, const std::string& path);
  /// The worker or app that calls; fails the call where it is neither.
  Worker* caller_of(lang::IncomingCall& call);
  anchor::Entry entry_for(const Worker& worker) const;
  spawn::WorkerRecord record_of(const anchor::Entry& entry);

  // -- agent_spawn.cpp: how workers begin --
  /// `plan`: how it is started again, if it is.
  void spawn(const spawn::SpawnOrder& order, std::optional<RestartPlan> plan, Spawned done);
  void spawn_for(lang::IncomingCallPointer call, const spawn::SpawnOrder& order);
  void started(keeper::WorkerStarted started);
  void refused(const keeper::Refused& refused);
  void expect_hello(Worker& worker);
  void run(lang::IncomingCallPointer call, const spawn::RunOrder& order);
  void call_function(Worker& worker, std::uint64_t function, const std::vector<std::byte>& arguments,
                     std::string_view signature = {});
  void run_began(WorkerId id, const Result<void>& result);
  void running(const lang::PeerPointer& peer, const std::string& function, const std::string& arguments);

  // -- agent_burial.cpp: how they end --
  Result<void> kill(const spawn::KillOrder& order);
  void stop_in_order(Worker& worker, std::uint64_t grace_ms);
  void signal(Worker& worker, int signal);
  void died(keeper::WorkerDied died);
  void buried(WorkerId id, const spawn::WorkerRecord& record);
  void answer_fate(lang::IncomingCallPointer call, WorkerId id, std::uint64_t incarnation);
  /// Tells those who wait for it that the process is dead.
  void answer_fates(WorkerId id, const std::string& cause);
  Restarts::Hooks restart_hooks();
  void answer_successor(lang::IncomingCallPointer call, WorkerId id);
  void answer_death(lang::IncomingCallPointer call, WorkerId id, std::uint64_t incarnation,
                    std::uint32_t wait_ms);
  void answer_deaths(WorkerId id, const spawn::DeathReport& report);
  void forget_dead();
  std::optional<spawn::WorkerRecord> remembered(WorkerId id) const;

  // -- agent.cpp: the agent's own life, and its peers' --
  void keeper_event(keeper::KeeperEvent event);
  void held(keeper::WorkerHeld held);
  void inventory_ended();
  void keep(const Worker& worker);
  void peer_opened(const lang::PeerPointer& peer) override;
  void peer_died(const lang::PeerPointer& peer, const Failure& verdict) override;
  void enlist_app(const lang::PeerPointer& peer);
  void keep_house();
  void shut_down(std::chrono::milliseconds grace);
  void quit(int status);

  struct Ordered {
    spawn::WorkerRecord record;
    std::vector<anchor::Path> anchors;
    Spawned done;
  };
  struct RememberedDead {
    WorkerId id;
    std::uint64_t until_ns;
  };
  struct PendingFate {
    lang::IncomingCallPointer call;
    std::unique_ptr<link::Timer> timer;
  };

  const AgentOptions options_;
  link::AsioLoop& loop_;
  SystemRandom random_;
  link::UnixTransport transport_{loop_};
  std::unique_ptr<Registrar> registrar_;
  std::unique_ptr<lang::Node> node_;
  std::unique_ptr<KeeperPort> keeper_;
  std::unique_ptr<AnchorWaits> anchor_waits_;
  std::uint64_t instance_ = 0;
  WorkerTable workers_;
  Executables executables_;
  std::unique_ptr<Restarts> restarts_;
  std::uint64_t last_request_ = 0;
  std::map<std::uint64_t, Ordered> ordered_;
  std::multimap<WorkerId, PendingFate> fates_;
  std::multimap<WorkerId, PendingFate> deaths_;
  /// Orders to run a function whose worker has not said yet that it runs.
  std::map<WorkerId, lang::IncomingCallPointer> begun_;
  std::deque<RememberedDead> dead_;
  std::unique_ptr<link::Timer> dead_timer_;
  std::unique_ptr<link::Timer> housekeeping_timer_;
  std::unique_ptr<link::Timer> shutdown_timer_;
  bool shutting_down_ = false;
  int exit_status_ = 0;
};

/// The `circuit agent` program: runs until the keeper goes. Returns its exit status.
int run_agent(const AgentOptions& options);

}  // namespace circuit::agent
