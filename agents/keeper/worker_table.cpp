#include "keeper/worker_table.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "keeper/process.hpp"

namespace circuit::keeper {
namespace {

std::uint64_t microseconds(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_usec);
}

bool holds_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

/// What is wrong with a launch, or nothing.
std::string fault_of(const Launch& launch, std::size_t fds) {
  if (!launch.worker) return "a launch without a worker id";
  if (fds < fewest_worker_fds)
    return fmt::format("a launch with {} descriptors; standard input, output and error are needed", fds);
  if (launch.executable.empty() || launch.executable[0] != '/')
    return fmt::format("cannot start '{}': the executable must be an absolute path", launch.executable);
  if (launch.directory.empty() || launch.directory[0] != '/')
    return fmt::format("cannot start in '{}': the directory must be an absolute path", launch.directory);
  if (launch.arguments.empty()) return fmt::format("cannot start {} without arguments", launch.executable);
  if (launch.record.size() > limits::keeper_record_bytes)
    return fmt::format("a record of {} bytes; at most {} can be kept", launch.record.size(),
                       limits::keeper_record_bytes);
  if (holds_nul(launch.executable) || holds_nul(launch.directory) ||
      std::any_of(launch.arguments.begin(), launch.arguments.end(), holds_nul))
    return "a launch with a zero byte in a path or an argument";
  for (const std::string& variable : launch.environment)
    if (holds_nul(variable) || variable.find('=') == std::string::npos)
      return "a launch with an environment that is not a list of NAME=VALUE";
  return {};
}

/// The keeper needs more descriptors than a worker should have: select() knows none above 1024.
void restore_fd_limit(pid_t pid, rlim_t limit) {
  rlimit current{};
  if (::prlimit(pid, RLIMIT_NOFILE, nullptr, &current) != 0 || current.rlim_cur <= limit) return;
  current.rlim_cur = limit;
  ::prlimit(pid, RLIMIT_NOFILE, &current, nullptr);
}

}  // namespace

Result<void> WorkerTable::adopt(JournalContent content) {
  const std::string boot = boot_id();
  const bool same_boot = content.boot == boot && !boot.empty();
  if (same_boot) end_old_agent(content.agent);
  for (auto& [id, known] : content.workers) {
    Worker worker = adopted_worker(std::move(known), same_boot);
    if (worker.lives()) ++adopted_living_;
    workers_.emplace(id, std::move(worker));
  }
  living_ = adopted_living_;
  if (!workers_.empty())
    log::info("{} workers of an earlier keeper, of which {} live", workers_.size(), living_);
  return rewrite();
}

void WorkerTable::end_old_agent(const JournalAgent& agent) {
  // It has lost its keeper and is to end by itself; one that hangs would stand in the way of the next.
  UniqueFd pidfd = open_pidfd(agent.pid, agent.start_ticks);
  if (!pidfd || !send_signal(pidfd.get(), SIGKILL)) return;
  has_ended(pidfd.get(), limits::agent_stop_wait);
}

Worker WorkerTable::adopted_worker(JournalWorker known, bool same_boot) {
  Worker worker;
  worker.is_child = false;
  worker.known = std::move(known);
  if (!worker.lives()) return worker;
  const HeldWorker& held = worker.known.held;
  if (same_boot) worker.pidfd = open_pidfd(held.pid, held.start_ticks);
  if (!worker.pidfd) {
    worker.known.end = End{.known = false, .wall_ns = clock_.wall_ns()};
    return worker;
  }
  if (worker.known.has_recorder) worker.recorder = open_memfd_of(held.pid, recorder_fd);
  return worker;
}

Result<Worker*> WorkerTable::launch(const Launch& launch, const std::vector<UniqueFd>& fds) {
  if (std::string fault = fault_of(launch, fds.size()); !fault.empty())
    return failure(ErrorKind::invalid, std::move(fault));
  if (workers_.contains(launch.worker))
    return failure(ErrorKind::invalid, fmt::format("there is a worker {} already", launch.worker.string()));
  if (workers_.size() >= limits::workers_per_agent)
    return failure(ErrorKind::overloaded,
                   fmt::format("there are {} workers already; end some", workers_.size()));

  std::vector<int> targets;
  for (const UniqueFd& fd : fds) targets.push_back(fd.get());
  auto pid = start_process(
      {launch.executable, launch.arguments, launch.environment, launch.directory, targets, true});
  if (!pid) return std::move(pid).error();
  restore_fd_limit(*pid, worker_fd_limit_);

  Worker worker;
  // It is our child and not yet reaped, so the pid is its own, also if it has ended already.
  worker.pidfd = open_pidfd(*pid);
  const auto start_ticks = start_ticks_of(*pid);
  if (fds.size() > recorder_fd) {
    worker.recorder = fds[recorder_fd].duplicate();
    worker.known.has_recorder = true;
  }
  if (!worker.pidfd || !start_ticks || (worker.known.has_recorder && !worker.recorder)) {
    const int error = errno;
    ::kill(*pid, SIGKILL);
    return system_failure(fmt::format("cannot keep {}", launch.executable), error);
  }
  worker.known.held = HeldWorker{launch.worker, *pid, *start_ticks, clock_.wall_ns(), launch.record};
  append(LaunchedEntry{worker.known.held, worker.known.has_recorder});
  children_.emplace(*pid, launch.worker);
  ++living_;
  return &workers_.emplace(launch.worker, std::move(worker)).first->second;
}

void WorkerTable::update(Update update) {
  Worker* worker = find(update.worker);
  if (worker == nullptr) return;
  append(UpdatedEntry{update.worker, update.record});
  worker->known.held.record = std::move(update.record);
}

void WorkerTable::signal(const Signal& signal) {
  Worker* worker = find(signal.worker);
  if (worker == nullptr || !worker->lives()) return;
  if (!send_signal(worker->pidfd.get(), signal.signal))
    log::debug("signal {} did not reach {}", signal.signal, signal.worker.string());
}

void WorkerTable::signal_all(int signal) {
  for (auto& [id, worker] : workers_)
    if (worker.lives()) send_signal(worker.pidfd.get(), signal);
}

void WorkerTable::acknowledge(WorkerId id) {
  Worker* worker = find(id);
  if (worker == nullptr || worker->lives()) return;
  workers_.erase(id);
  append(AcknowledgedEntry{id});
}

void WorkerTable::note_agent(JournalAgent agent) {
  agent_ = agent;
  append(AgentEntry{agent});
}

Worker* WorkerTable::child_ended(pid_t pid, std::int32_t wait_status, const rusage& usage) {
  auto found = children_.find(pid);
  if (found == children_.end()) return nullptr;
  Worker& worker = workers_.at(found->second);
  children_.erase(found);
  end(worker, End{true, wait_status, microseconds(usage.ru_utime), microseconds(usage.ru_stime),
                  static_cast<std::uint64_t>(usage.ru_maxrss), clock_.wall_ns()});
  return &worker;
}

void WorkerTable::adopted_ended(Worker& worker) {
  end(worker, End{.known = false, .wall_ns = clock_.wall_ns()});
}

void WorkerTable::end(Worker& worker, const End& end) {
  append(DiedEntry{worker.known.held.worker, end});
  worker.known.end = end;
  worker.pidfd.reset();
  --living_;
  if (!worker.is_child) --adopted_living_;
}

Worker* WorkerTable::find(WorkerId id) {
  auto found = workers_.find(id);
  return found == workers_.end() ? nullptr : &found->second;
}

std::vector<Worker*> WorkerTable::adopted() {
  std::vector<Worker*> result;
  if (adopted_living_ == 0) return result;
  for (auto& [id, worker] : workers_)
    if (!worker.is_child && worker.lives()) result.push_back(&worker);
  return result;
}

void WorkerTable::append(const JournalEntry& entry) {
  journal_.append(entry);
  if (!journal_.is_due()) return;
  // The table does not hold the change yet, so the new journal needs the entry as well.
  if (auto rewritten = rewrite(); rewritten)
    journal_.append(entry);
  else
    log::error("{}", rewritten.error().text);
}

Result<void> WorkerTable::rewrite() {
  std::vector<const JournalWorker*> workers;
  workers.reserve(workers_.size());
  for (const auto& [id, worker] : workers_) workers.push_back(&worker.known);
  return journal_.rewrite(workers, agent_);
}

}  // namespace circuit::keeper
