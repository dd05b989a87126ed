#include "keeper/agent_child.hpp"

#include <algorithm>
#include <array>
#include <signal.h>
#include <unistd.h>
#include <utility>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "keeper/keeper_messages.hpp"
#include "keeper/process.hpp"
#include "keeper/timing.hpp"

namespace circuit::keeper {
namespace {

std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

}  // namespace

AgentChild::AgentChild(std::vector<std::string> command, const Clock& clock)
    : command_(std::move(command)), clock_(clock), back_off_ns_(nanoseconds(limits::agent_back_off_first)) {}

Result<void> AgentChild::start() {
  auto ends = DatagramSocket::pair();
  if (!ends) return std::move(ends).error();
  auto& [ours, theirs] = *ends;
  const std::array<int, agent_connection_fd + 1> fds{0, 1, 2, theirs.get()};
  auto pid = start_process({command_[0], command_, own_environment(), {}, fds, false});
  if (!pid) return std::move(pid).error();
  pid_ = *pid;
  connection_.emplace(std::move(ours));
  started_ns_ = clock_.now_ns();
  then(Next::nothing, 0);
  return {};
}

void AgentChild::drop() {
  connection_.reset();
  // A retired one may still have work to do after it has closed its end; its time is running already.
  if (!runs() || retired_ || next_ == Next::kill) return;
  ::kill(pid_, SIGTERM);
  then(Next::kill, nanoseconds(limits::agent_stop_wait));
}

void AgentChild::ended() {
  connection_.reset();
  pid_ = 0;
  then(Next::nothing, 0);
  if (retired_) return;
  if (clock_.now_ns() - started_ns_ >= nanoseconds(limits::agent_steady))
    back_off_ns_ = nanoseconds(limits::agent_back_off_first);
  log::warn("the agent is started again in {} ms", back_off_ns_ / 1'000'000);
  then(Next::start, back_off_ns_);
  back_off_ns_ = std::min(back_off_ns_ * 2, nanoseconds(limits::agent_back_off_last));
}

void AgentChild::retire() {
  retired_ = true;
  if (!runs()) then(Next::nothing, 0);
  if (!runs() || next_ == Next::kill) return;
  if (connection_) connection_->finish();
  then(Next::terminate, nanoseconds(limits::agent_stop_wait));
}

bool AgentChild::tick() {
  if (!due_ns_ || clock_.now_ns() < *due_ns_) return false;
  const Next next = std::exchange(next_, Next::nothing);
  due_ns_.reset();
  switch (next) {
    case Next::nothing:
      break;
    case Next::start: {
      auto started = start();
      if (started) return true;
      log::error("{}", started.error().text);
      then(Next::start, back_off_ns_);
      back_off_ns_ = std::min(back_off_ns_ * 2, nanoseconds(limits::agent_back_off_last));
      break;
    }
    case Next::terminate:
      ::kill(pid_, SIGTERM);
      then(Next::kill, nanoseconds(limits::agent_stop_wait));
      break;
    case Next::kill:
      ::kill(pid_, SIGKILL);
      break;
  }
  return false;
}

void AgentChild::then(Next next, std::uint64_t wait_ns) {
  next_ = next;
  due_ns_.reset();
  if (next != Next::nothing) due_ns_ = clock_.now_ns() + wait_ns;
}

}  // namespace circuit::keeper
