// Workers that are started again when they end.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/restart_plan.hpp"
#include "lang/incoming_call.hpp"
#include "link/loop.hpp"

namespace circuit::agent {

/// Holds the plan of each worker that has one, and carries it over to its successor. Whoever waits for the
/// result of the function asks for the successor and calls it there; where nobody does, the agent calls.
/// Thread safety: the loop's thread only.
class Restarts {
 public:
  struct Hooks {
    /// Starts a worker with this plan; add() is called for it before `done` is.
    std::function<void(RestartPlan plan, std::function<void(Result<spawn::WorkerRecord>)> done)> spawn;
    /// Calls the function in that worker, for nobody.
    std::function<void(const spawn::WorkerRecord& worker, const RestartPlan& plan)> call;
    std::function<void(const Address& process, std::function<void(bool)> told)> ask_if_alive;
    /// The plan stands with a successor, or is given up: its former worker need not be told of again.
    std::function<void(WorkerId former)> settled;
    /// The plan has changed, and is to be kept.
    std::function<void(WorkerId worker)> changed;
  };

  Restarts(link::Loop& loop, Hooks hooks) : loop_(loop), hooks_(std::move(hooks)) {}

  void add(WorkerId worker, RestartPlan plan) { entries_[worker].plan = std::move(plan); }
  void remove(WorkerId worker) { entries_.erase(worker); }
  /// Null: it is not started again.
  const RestartPlan* find(WorkerId worker) const;
  void daemonized(WorkerId worker);
  /// The spawner has left the call of the function to the agent, and need not live.
  void leave_to_agent(WorkerId worker);

  /// The worker has ended. `asked`: because someone wanted it. True: the plan goes on; settled() comes later.
  /// A crash loop is added to the record's cause.
  bool died(spawn::WorkerRecord& dead, bool asked);
  /// Answers with the worker that was started in place of that one, when there is one. False: there will be
  /// none, and the call is not answered.
  bool ask_successor(WorkerId worker, std::shared_ptr<lang::IncomingCall> call);
  /// Someone does not want that worker any more, which is dead and about to be started again. False: it is
  /// not.
  bool cancel(WorkerId worker, const std::string& by);
  /// No worker is started any more.
  void close();

 private:
  struct Entry {
    RestartPlan plan;
    /// Who waits for the successor.
    std::shared_ptr<lang::IncomingCall> asker;
    std::unique_ptr<link::Timer> timer;
    /// Of a successor: whose it is, and its record while nobody has called its function.
    WorkerId former;
    std::optional<spawn::WorkerRecord> uncalled;
  };

  void start_later(WorkerId former, std::chrono::nanoseconds after);
  void start_if_wanted(WorkerId former);
  void start(WorkerId former);
  void started(WorkerId former, const std::shared_ptr<lang::IncomingCall>& asker,
               const spawn::WorkerRecord& successor);
  void call(Entry& entry);
  void give_up(WorkerId former, const std::string& why);

  link::Loop& loop_;
  Hooks hooks_;
  std::map<WorkerId, Entry> entries_;
  bool closed_ = false;
};

}  // namespace circuit::agent
