// The workers that the keeper holds, the living and the unacknowledged dead, each change journalled first.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "keeper/journal.hpp"
#include "keeper/keeper_messages.hpp"

namespace circuit::keeper {

struct Worker {
  JournalWorker known;
  UniqueFd pidfd;
  UniqueFd recorder;
  /// False for one that an earlier keeper started: its end shows in its pidfd only, without a status.
  bool is_child = true;
  /// The present agent has been told that it lives.
  bool is_told = false;

  bool lives() const noexcept { return !known.end; }
};

/// Thread safety: none; one owner.
class WorkerTable {
 public:
  WorkerTable(Journal& journal, const Clock& clock, rlim_t worker_fd_limit)
      : journal_(journal), clock_(clock), worker_fd_limit_(worker_fd_limit) {}

  /// Takes over what the journal tells, and rewrites it. Workers that are gone become dead, their end
  /// unknown. Errors: `refused` when the journal cannot be written.
  Result<void> adopt(JournalContent content);

  /// Starts a worker. Errors: `refused`, `invalid`, `overloaded`, and nothing was started.
  Result<Worker*> launch(const Launch& launch, const std::vector<UniqueFd>& fds);
  void update(Update update);
  void signal(const Signal& signal);
  void signal_all(int signal);
  /// Forgets a dead worker.
  void acknowledge(WorkerId id);
  /// Notes the agent that runs, so that the next keeper can end it.
  void note_agent(JournalAgent agent);

  /// A child has ended and is not yet reaped. Returns its worker, or null when it is none.
  Worker* child_ended(pid_t pid, std::int32_t wait_status, const rusage& usage);
  /// A worker that is no child has ended.
  void adopted_ended(Worker& worker);

  Worker* find(WorkerId id);
  std::map<WorkerId, Worker>& all() noexcept { return workers_; }
  /// Workers that live and are no children of this process.
  std::vector<Worker*> adopted();
  std::size_t living() const noexcept { return living_; }

 private:
  void append(const JournalEntry& entry);
  Result<void> rewrite();
  void end_old_agent(const JournalAgent& agent);
  void end(Worker& worker, const End& end);
  Worker adopted_worker(JournalWorker known, bool same_boot);

  Journal& journal_;
  const Clock& clock_;
  const rlim_t worker_fd_limit_;
  std::map<WorkerId, Worker> workers_;
  std::unordered_map<pid_t, WorkerId> children_;
  JournalAgent agent_;
  std::size_t living_ = 0;
  std::size_t adopted_living_ = 0;
};

}  // namespace circuit::keeper
