#include "keeper/keeper_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "keeper/process.hpp"
#include "keeper/timing.hpp"

namespace circuit::keeper {
namespace {

/// Messages of the agent that are handled before children and signals get their turn.
constexpr int messages_per_turn = 64;
/// A grace beyond this is taken for nonsense.
constexpr std::uint64_t longest_grace_ms = 60 * 60 * 1000;
/// Datagrams that wait for the agent before the rest of the inventory is held back, with its descriptors.
constexpr std::size_t inventory_ahead = 64;

/// What wait(2) would have said.
std::int32_t wait_status_of(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return W_EXITCODE(info.si_status & 0xff, 0);
  return info.si_code == CLD_DUMPED ? info.si_status | WCOREFLAG : info.si_status;
}

/// The system call: unlike the C library's function it tells the usage without reaping.
long wait_without_reaping(siginfo_t& info, rusage& usage) {
  return ::syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT, &usage);
}

}  // namespace

KeeperLoop::KeeperLoop(const KeeperOptions& options, UniqueFd signals, rlim_t worker_fd_limit)
    : signals_(std::move(signals)),
      journal_(options.directory / "journal"),
      workers_(journal_, clock_, worker_fd_limit),
      agent_(options.agent_command, clock_) {}

Result<void> KeeperLoop::begin() {
  if (auto adopted = workers_.adopt(journal_.read()); !adopted) return adopted;
  if (auto started = agent_.start(); !started) return started;
  agent_begun();
  return {};
}

void KeeperLoop::run() {
  while (phase_ != Phase::done) {
    wait_for_events();
    if (agent_.tick()) agent_begun();
    tell_inventory();
    advance_shutdown();
  }
  end_orphans();
}

// -- events -------------------------------------------------------------------------------------------------

void KeeperLoop::wait_for_events() {
  const std::vector<Worker*> adopted = workers_.adopted();
  entries_.clear();
  entries_.push_back({signals_.get(), POLLIN, 0});
  DatagramSocket* connection = agent_.connection();
  // An agent that does not read is not read either, so that answers cannot pile up.
  if (connection != nullptr)
    entries_.push_back(
        {connection->fd(), static_cast<short>(connection->backlog() > 0 ? POLLOUT : POLLIN), 0});
  const std::size_t first_adopted = entries_.size();
  for (const Worker* worker : adopted) entries_.push_back({worker->pidfd.get(), POLLIN, 0});

  if (::poll(entries_.data(), entries_.size(), timeout_ms()) <= 0) return;
  see_adopted_end(adopted, first_adopted);
  if (connection != nullptr && entries_[1].revents != 0) read_agent();
  if (entries_[0].revents != 0) read_signals();
}

int KeeperLoop::timeout_ms() const {
  std::optional<std::uint64_t> due = agent_.due_ns();
  if (phase_due_ns_ && (!due || *phase_due_ns_ < *due)) due = phase_due_ns_;
  return due ? milliseconds_until(*due, clock_.now_ns()) : -1;
}

void KeeperLoop::read_signals() {
  std::array<signalfd_siginfo, 16> signals;
  const ssize_t size = ::read(signals_.get(), signals.data(), sizeof signals);
  if (size <= 0) return;
  const std::size_t count = static_cast<std::size_t>(size) / sizeof signals[0];
  for (std::size_t i = 0; i < count; ++i) {
    const auto signal = static_cast<int>(signals[i].ssi_signo);
    if (signal == SIGCHLD) {
      reap_children();
    } else {
      log::info("shutting down: {}", ::strsignal(signal));
      shut_down(limits::stop_grace);
    }
  }
}

void KeeperLoop::reap_children() {
  for (;;) {
    siginfo_t info{};
    rusage usage{};
    if (wait_without_reaping(info, usage) != 0 || info.si_pid == 0) return;
    const pid_t pid = info.si_pid;
    // Journalled first: if the keeper is killed between the two, the status is known all the same.
    Worker* worker = workers_.child_ended(pid, wait_status_of(info), usage);
    // What a worker has started goes with it. Each leads a process group, which until the reaping is surely
    // its own.
    if (worker != nullptr) ::kill(-pid, SIGKILL);
    if (::wait4(pid, nullptr, WNOHANG, nullptr) != pid) return;
    if (worker != nullptr)
      tell_end(*worker);
    else if (pid == agent_.pid())
      agent_ended();
  }
}

void KeeperLoop::see_adopted_end(const std::vector<Worker*>& adopted, std::size_t first_entry) {
  for (std::size_t i = 0; i < adopted.size(); ++i) {
    if (entries_[first_entry + i].revents == 0) continue;
    workers_.adopted_ended(*adopted[i]);
    tell_end(*adopted[i]);
  }
}

// -- the agent ----------------------------------------------------------------------------------------------

void KeeperLoop::agent_begun() {
  workers_.note_agent({agent_.pid(), start_ticks_of(agent_.pid()).value_or(0)});
  inventory_.clear();
  for (auto& [id, worker] : workers_.all()) {
    worker.is_told = false;
    if (worker.lives()) inventory_.push_back(id);
  }
  for (const auto& [id, worker] : workers_.all())
    if (!worker.lives()) inventory_.push_back(id);
  inventory_size_ = inventory_.size();
  inventory_ended_ = false;
  tell_inventory();
}

void KeeperLoop::agent_ended() {
  // What it said before it died still counts, but whoever waited for a launch is gone.
  while (DatagramSocket* connection = agent_.connection()) {
    auto received = connection->receive();
    if (!received || !*received) break;
    auto message = decode_from_agent((*received)->bytes);
    if (!message) break;
    if (!std::holds_alternative<Launch>(*message)) handle(*message, (*received)->fds);
  }
  if (phase_ == Phase::running) log::warn("the agent has died");
  agent_.ended();
}

void KeeperLoop::read_agent() {
  for (int i = 0; i < messages_per_turn; ++i) {
    DatagramSocket* connection = agent_.connection();
    if (connection == nullptr) return;
    if (auto flushed = connection->flush(); !flushed) return drop_agent(flushed.error().text);
    if (connection->backlog() > 0) return;
    auto received = connection->receive();
    if (!received) return drop_agent(received.error().text);
    if (!*received) return;
    auto message = decode_from_agent((*received)->bytes);
    if (!message) return drop_agent(message.error().text);
    if (!std::holds_alternative<Launch>(*message) && !(*received)->fds.empty())
      return drop_agent("descriptors with a message that has none");
    if ((*received)->fds_lost) (*received)->fds.clear();
    handle(*message, (*received)->fds);
  }
}

void KeeperLoop::drop_agent(std::string_view why) {
  if (phase_ != Phase::ending_agent) log::warn("the connection to the agent is closed: {}", why);
  agent_.drop();
}

void KeeperLoop::handle(FromAgent& message, std::vector<UniqueFd>& fds) {
  if (auto* launch = std::get_if<Launch>(&message)) {
    handle(*launch, fds);
  } else if (auto* update = std::get_if<Update>(&message)) {
    if (update->record.size() > limits::keeper_record_bytes)
      return drop_agent("a record that is larger than what can be kept");
    workers_.update(std::move(*update));
  } else if (const auto* signal = std::get_if<Signal>(&message)) {
    workers_.signal(*signal);
  } else if (const auto* acknowledge = std::get_if<Acknowledge>(&message)) {
    workers_.acknowledge(acknowledge->worker);
  } else {
    const std::uint64_t grace_ms = std::min(std::get<Shutdown>(message).grace_ms, longest_grace_ms);
    log::info("shutting down: the agent asks for it");
    shut_down(std::chrono::milliseconds(static_cast<std::int64_t>(grace_ms)));
  }
}

void KeeperLoop::handle(Launch& launch, std::vector<UniqueFd>& fds) {
  if (phase_ != Phase::running) return tell(Refused{launch.request, "the keeper is shutting down"});
  auto launched = workers_.launch(launch, fds);
  if (!launched) return tell(Refused{launch.request, launched.error().text});
  Worker& worker = **launched;
  worker.is_told = true;
  const HeldWorker& held = worker.known.held;
  const std::array fds_told{worker.pidfd.get()};
  tell(Started{launch.request, held.worker, held.pid, held.start_ticks, held.started_wall_ns}, fds_told);
}

void KeeperLoop::tell(const FromKeeper& message, std::span<const int> fds) {
  DatagramSocket* connection = agent_.connection();
  if (connection == nullptr || phase_ == Phase::ending_agent) return;
  if (auto sent = connection->send(encode(message), fds); !sent) drop_agent(sent.error().text);
}

void KeeperLoop::tell_end(Worker& worker) {
  // The inventory tells those that this agent has not yet heard of.
  if (!worker.is_told) return;
  const std::array recorder{worker.recorder.get()};
  tell(Died{worker.known.held, *worker.known.end},
       worker.recorder ? std::span<const int>(recorder) : std::span<const int>());
}

void KeeperLoop::tell_inventory() {
  while (!inventory_ended_) {
    DatagramSocket* connection = agent_.connection();
    if (connection == nullptr || connection->backlog() >= inventory_ahead) return;
    if (inventory_.empty()) {
      inventory_ended_ = true;
      return tell(InventoryEnd{inventory_size_});
    }
    Worker* worker = workers_.find(inventory_.front());
    inventory_.pop_front();
    if (worker == nullptr) continue;
    worker->is_told = true;
    if (!worker->lives()) {
      tell_end(*worker);
      continue;
    }
    const std::array fds{worker->pidfd.get(), worker->recorder.get()};
    tell(Inventory{worker->known.held}, std::span(fds).first(worker->recorder ? 2 : 1));
  }
}

// -- the shutdown -------------------------------------------------------------------------------------------

void KeeperLoop::shut_down(std::chrono::milliseconds grace) {
  const std::uint64_t now = clock_.now_ns();
  if (phase_ == Phase::running) {
    phase_ = Phase::ending_workers;
    phase_due_ns_ = now + nanoseconds(grace);
    tell(Stopping{static_cast<std::uint64_t>(grace.count())});
    workers_.signal_all(SIGTERM);
  } else if (phase_ == Phase::ending_workers) {
    phase_due_ns_ = now;  // Whoever asks a second time does not want to wait.
  }
}

void KeeperLoop::advance_shutdown() {
  const bool due = phase_due_ns_ && clock_.now_ns() >= *phase_due_ns_;
  switch (phase_) {
    case Phase::ending_workers:
      if (workers_.living() == 0) {
        part_from_agent(due);
      } else if (due) {
        log::info("{} workers have not ended and are killed", workers_.living());
        workers_.signal_all(SIGKILL);
        phase_ = Phase::killing_workers;
        phase_due_ns_ = clock_.now_ns() + nanoseconds(limits::stop_grace);
      }
      break;
    case Phase::killing_workers:
      if (workers_.living() > 0 && due)
        log::error("{} workers do not end even when killed", workers_.living());
      if (workers_.living() == 0 || due) part_from_agent(due);
      break;
    default: break;
  }
  if (phase_ == Phase::ending_agent && !agent_.runs()) phase_ = Phase::done;
}

void KeeperLoop::part_from_agent(bool in_haste) {
  const DatagramSocket* connection = agent_.connection();
  // The deaths are told before the connection ends, if the agent reads at all.
  const bool all_told = connection == nullptr || (connection->backlog() == 0 && inventory_ended_);
  if (!all_told && !in_haste) return;
  phase_ = Phase::ending_agent;
  phase_due_ns_.reset();
  agent_.retire();
}

void KeeperLoop::end_orphans() {
  // What the workers left behind has come to us, and nobody would look after it.
  const std::uint64_t until = clock_.now_ns() + nanoseconds(limits::agent_stop_wait);
  for (;;) {
    for (pid_t child : own_children()) ::kill(child, SIGKILL);
    pid_t reaped = 0;
    while ((reaped = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    const std::uint64_t now = clock_.now_ns();
    if (reaped < 0 || now >= until) return;
    pollfd entry{signals_.get(), POLLIN, 0};
    ::poll(&entry, 1, milliseconds_until(until, now));
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) < 0 && errno != EAGAIN) return;
  }
}

}  // namespace circuit::keeper
