// The keeper's loop: signals, children, the agent's messages, the shutdown.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <poll.h>
#include <sys/resource.h>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "keeper/agent_child.hpp"
#include "keeper/journal.hpp"
#include "keeper/keeper.hpp"
#include "keeper/worker_table.hpp"

namespace circuit::keeper {

/// Thread safety: none; there is one thread.
class KeeperLoop {
 public:
  /// `signals` is a signalfd that delivers SIGCHLD and the signals that ask for a shutdown.
  /// `worker_fd_limit` is the soft limit of descriptors that workers are to have.
  KeeperLoop(const KeeperOptions& options, UniqueFd signals, rlim_t worker_fd_limit);

  /// Takes over what an earlier keeper left, and starts the agent. Errors: `refused`.
  Result<void> begin();
  /// Returns after a shutdown.
  void run();

 private:
  enum class Phase { running, ending_workers, killing_workers, ending_agent, done };

  void wait_for_events();
  void read_signals();
  void reap_children();
  void agent_ended();
  void see_adopted_end(const std::vector<Worker*>& adopted, std::size_t first_entry);

  void agent_begun();
  void read_agent();
  void drop_agent(std::string_view why);
  void handle(Launch& launch, std::vector<UniqueFd>& fds);
  void handle(FromAgent& message, std::vector<UniqueFd>& fds);
  void tell(const FromKeeper& message, std::span<const int> fds = {});
  void tell_end(Worker& worker);
  void tell_inventory();

  void shut_down(std::chrono::milliseconds grace);
  void advance_shutdown();
  void part_from_agent(bool in_haste);
  void end_orphans();
  int timeout_ms() const;

  SystemClock clock_;
  UniqueFd signals_;
  Journal journal_;
  WorkerTable workers_;
  AgentChild agent_;
  /// Workers that the present agent has yet to be told of.
  std::deque<WorkerId> inventory_;
  bool inventory_ended_ = true;
  std::uint64_t inventory_size_ = 0;
  Phase phase_ = Phase::running;
  std::optional<std::uint64_t> phase_due_ns_;
  std::vector<pollfd> entries_;
};

}  // namespace circuit::keeper
