// The agent as the keeper's child: started, started again when it dies, ended when it must go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "keeper/datagram.hpp"

namespace circuit::keeper {

/// Thread safety: none; one owner.
class AgentChild {
 public:
  AgentChild(std::vector<std::string> command, const Clock& clock);

  /// Starts it over a new connection. Errors: `refused`, as of the executable.
  Result<void> start();
  bool runs() const noexcept { return pid_ != 0; }
  pid_t pid() const noexcept { return pid_; }
  /// Null when it is not running, or has misbehaved.
  DatagramSocket* connection() noexcept { return connection_ ? &*connection_ : nullptr; }

  /// Closes the connection and has the agent end: SIGTERM now, SIGKILL when that does not help.
  void drop();
  /// It has been reaped. It will be started again after a while, unless it was retired.
  void ended();
  /// It is to end, and not to be started again: first the connection ends, then SIGTERM, then SIGKILL.
  void retire();

  /// Does what is due by now. True when a new agent has been started.
  bool tick();
  /// When something is next due, on the monotonic clock.
  std::optional<std::uint64_t> due_ns() const noexcept { return due_ns_; }

 private:
  enum class Next { nothing, start, terminate, kill };
  void then(Next next, std::uint64_t wait_ns);

  const std::vector<std::string> command_;
  const Clock& clock_;
  std::optional<DatagramSocket> connection_;
  pid_t pid_ = 0;
  bool retired_ = false;
  std::uint64_t started_ns_ = 0;
  std::uint64_t back_off_ns_ = 0;
  Next next_ = Next::nothing;
  std::optional<std::uint64_t> due_ns_;
};

}  // namespace circuit::keeper
