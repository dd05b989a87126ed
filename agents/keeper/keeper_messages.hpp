// What keeper and agent tell each other. A keeper outlives upgrades of its agent, so the numbers never change
// and fields are only ever added at the end.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <circuit/bytes.hpp>
#include <circuit/identity.hpp>

#include "base/result.hpp"

namespace circuit::keeper {

/// The agent's end of the connection.
inline constexpr int agent_connection_fd = 3;
/// Which of a worker's descriptors is the flight recorder: the one that the keeper keeps.
inline constexpr int recorder_fd = 4;
/// A worker has at least standard input, output and error.
inline constexpr std::size_t fewest_worker_fds = 3;

/// A worker as the keeper holds it.
struct HeldWorker {
  WorkerId worker;
  std::int32_t pid = 0;
  /// In clock ticks since boot (/proc/PID/stat, field 22): a reused pid differs in it.
  std::uint64_t start_ticks = 0;
  std::uint64_t started_wall_ns = 0;
  /// What the agent left about it, uninterpreted.
  Bytes record;
};

/// How a worker ended.
struct End {
  /// False: nobody was its parent any more, so that neither status nor usage could be had.
  bool known = false;
  /// As of wait(2): WIFEXITED and the like take it.
  std::int32_t wait_status = 0;
  std::uint64_t user_us = 0;
  std::uint64_t system_us = 0;
  std::uint64_t max_rss_kib = 0;
  /// When the keeper saw it.
  std::uint64_t wall_ns = 0;
};

// -- from the agent -----------------------------------------------------------------------------------------

/// Start a worker. With 3 to limits::keeper_message_fds descriptors, which become 0, 1, 2... in it: standard
/// input, output, error, then listener, recorder, lock and so on. Answered by Started or Refused.
struct Launch {
  static constexpr std::uint8_t type = 1;
  std::uint64_t request = 0;
  WorkerId worker;
  /// Absolute path.
  std::string executable;
  /// All of argv, the name among them.
  std::vector<std::string> arguments;
  /// All of the environment, as NAME=VALUE.
  std::vector<std::string> environment;
  /// The jail, which becomes its working directory. Absolute path.
  std::string directory;
  /// At most limits::keeper_record_bytes, handed to the next agent as they are.
  Bytes record;
};

/// Replaces what is held about a worker.
struct Update {
  static constexpr std::uint8_t type = 2;
  WorkerId worker;
  Bytes record;
};

/// Sends a signal to a worker. To one that is dead or unknown: nothing.
struct Signal {
  static constexpr std::uint8_t type = 3;
  WorkerId worker;
  std::int32_t signal = 0;
};

/// The agent has taken note of a death, and the keeper may forget the worker.
struct Acknowledge {
  static constexpr std::uint8_t type = 4;
  WorkerId worker;
};

/// End all workers (SIGTERM, after the grace SIGKILL), then the agent, then the keeper.
struct Shutdown {
  static constexpr std::uint8_t type = 5;
  std::uint64_t grace_ms = 0;
};

using FromAgent = std::variant<Launch, Update, Signal, Acknowledge, Shutdown>;

// -- from the keeper ----------------------------------------------------------------------------------------

/// A launch has succeeded. With the worker's pidfd.
struct Started {
  static constexpr std::uint8_t type = 65;
  std::uint64_t request = 0;
  WorkerId worker;
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;
  std::uint64_t started_wall_ns = 0;
};

/// A launch has failed, and nothing was started.
struct Refused {
  static constexpr std::uint8_t type = 66;
  std::uint64_t request = 0;
  std::string text;
};

/// A worker has ended. With its recorder, when it has one: the last calls can be read from it. Told again to
/// every new agent until it is acknowledged.
struct Died {
  static constexpr std::uint8_t type = 67;
  HeldWorker held;
  End end;
};

/// At the start of an agent, for each worker that lives. With its pidfd and, when it has one, its recorder.
struct Inventory {
  static constexpr std::uint8_t type = 68;
  HeldWorker held;
};

/// All that the keeper holds has been told; what follows is news.
struct InventoryEnd {
  static constexpr std::uint8_t type = 69;
  /// How many workers were told, the living and the dead.
  std::uint64_t workers = 0;
};

/// A shutdown has begun: launches are refused. When all workers have ended, the connection does, and so
/// should the agent.
struct Stopping {
  static constexpr std::uint8_t type = 70;
  std::uint64_t grace_ms = 0;
};

using FromKeeper = std::variant<Started, Refused, Died, Inventory, InventoryEnd, Stopping>;

/// One message as one datagram: a byte for its type, then the fields as CBOR.
Buffer encode(const FromAgent& message);
Buffer encode(const FromKeeper& message);
/// The reverse, of bytes that may be anything. Errors: `invalid`, saying what was wrong.
Result<FromAgent> decode_from_agent(ByteView datagram);
Result<FromKeeper> decode_from_keeper(ByteView datagram);

}  // namespace circuit::keeper
