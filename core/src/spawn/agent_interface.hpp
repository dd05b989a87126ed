// The methods of an agent, and of a worker towards its agent and its starter, as both sides know them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lang/remote_method.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::spawn {

/// One instance per process, constant.
struct AgentInterface {
  /// Starts a worker; answered when it runs and stands in the tree. It need not have said hello yet.
  lang::RemoteMethod<WorkerRecord(SpawnOrder)> spawn{"agent.spawn"};
  /// Calls a function in a worker on behalf of someone who does not stay; answered when the call is on its
  /// way.
  lang::RemoteMethod<void(RunOrder)> run{"agent.run"};
  /// Answered when the request or signal is out.
  lang::RemoteMethod<void(KillOrder)> kill{"agent.kill"};
  /// What became of that worker, of that incarnation.
  lang::RemoteMethod<FateReport(WorkerId, std::uint64_t)> fate{"agent.fate"};
  /// From the spawner of a worker with a restart policy, which waits for the function's result: what was
  /// started in its place. Answered when that runs, or will not.
  lang::RemoteMethod<SuccessorReport(WorkerId)> successor{"agent.successor"};
  /// From a worker: it goes on without its spawner.
  lang::RemoteMethod<void()> daemonized{"agent.daemonized"};
  /// Answered when that worker, of that incarnation, is dead; or after so many ms, at most
  /// limits::death_question.
  lang::RemoteMethod<DeathReport(WorkerId, std::uint64_t, std::uint32_t)> death{"agent.death"};
  /// What has changed since (epoch, sequence); waits at most wait_ms for something to change.
  lang::RemoteMethod<Observation(std::uint64_t, std::uint64_t, std::uint32_t)> observe{"agent.observe"};
  /// One worker, dead ones too while they are remembered.
  lang::RemoteMethod<WorkerRecord(WorkerId)> worker{"agent.worker"};
  /// The calls in flight of which these workers have one end; all, where none is named.
  lang::RemoteMethod<CallsReport(std::vector<WorkerId>)> calls{"agent.calls"};
  lang::RemoteMethod<std::vector<FunctionDescription>()> functions{"agent.functions"};
  lang::RemoteMethod<DirectoryListing(std::string)> list{"agent.list"};
  /// A directory and all below it, depth first.
  lang::RemoteMethod<std::vector<DirectoryListing>(std::string)> walk{"agent.walk"};
  /// One directory, whether it is there or not; with a wait in ms, once its revision is greater than the one
  /// given, and nothing when the time is over before.
  lang::RemoteMethod<std::optional<DirectoryListing>(std::string, std::uint64_t, std::uint32_t)> change{
      "agent.change"};
  /// What has joined or left a directory and all below it; waits for something, and tells nothing new when
  /// the time is over.
  lang::RemoteMethod<SubtreeNews(SubtreeOrder)> change_below{"agent.change_below"};
  /// Ends the caller's wait of that name.
  lang::RemoteMethod<void(std::uint64_t)> end_wait{"agent.end_wait"};
  /// Registers the caller, a worker or an app, under that anchor too; or no longer.
  lang::RemoteMethod<void(std::string)> add_anchor{"agent.add_anchor"};
  /// The same as the first, where nobody else stands there or below it.
  lang::RemoteMethod<void(std::string)> claim_anchor{"agent.claim_anchor"};
  lang::RemoteMethod<void(std::string)> remove_anchor{"agent.remove_anchor"};
  lang::RemoteMethod<AgentStatus()> status{"agent.status"};
  /// From a worker: the function that it runs, and its arguments for showing.
  lang::RemoteMethod<void(std::string, std::string)> running{"agent.running"};
  /// Ends all workers, the agent and its keeper.
  lang::RemoteMethod<void(std::uint64_t)> shutdown{"agent.shutdown"};
};
const AgentInterface& agent_interface();

struct WorkerInterface {
  /// Asks the worker to end in order; the grace in ms is what it has.
  lang::RemoteMethod<void(std::uint64_t)> stop{"worker.stop"};
  /// From the process that has started it: it lives without a function, until it is released or the caller is
  /// dead.
  lang::RemoteMethod<void()> hold{"worker.hold"};
  lang::RemoteMethod<void()> release{"worker.release"};
  /// From its agent, which calls the function: that process is its spawner.
  lang::RemoteMethod<void(Address)> bind{"worker.bind"};
};
const WorkerInterface& worker_interface();

}  // namespace circuit::spawn
