// The agent's side of the connection to its keeper.
#pragma once

#include <optional>
#include <span>
#include <variant>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "keeper/datagram.hpp"
#include "keeper/keeper_messages.hpp"

namespace circuit::keeper {

struct WorkerStarted {
  Started message;
  /// Becomes readable when the worker has ended.
  UniqueFd pidfd;
};

struct WorkerDied {
  Died message;
  /// Empty for a worker without one.
  UniqueFd recorder;
};

struct WorkerHeld {
  Inventory message;
  UniqueFd pidfd;
  /// Empty for a worker without one.
  UniqueFd recorder;
};

using KeeperEvent = std::variant<WorkerStarted, Refused, WorkerDied, WorkerHeld, InventoryEnd, Stopping>;

/// Talks to the keeper without ever blocking. The first events are the inventory, up to InventoryEnd. Once
/// receive() fails, the keeper has gone or wants the agent to go: the agent must end itself, and its
/// successor is told all. Thread safety: none; one owner.
class KeeperClient {
 public:
  /// In an agent that a keeper has started, `connection` is UniqueFd(agent_connection_fd).
  explicit KeeperClient(UniqueFd connection) : socket_(std::move(connection)) {}

  /// To be polled: always for reading, and for writing while wants_to_write().
  int fd() const noexcept { return socket_.fd(); }
  bool wants_to_write() const noexcept { return socket_.backlog() > 0; }

  /// Sends a message, now or once flush() can. `fds`, with Launch only, become 0, 1, 2... of the worker; they
  /// stay the caller's, who may close them at once. Errors: `invalid` for what the keeper would not take,
  /// `overloaded` when it does not read, `dead` when it has gone.
  Result<void> send(const FromAgent& message, std::span<const int> fds = {});
  /// Sends of what waits as much as there is room for. Errors: `dead`.
  Result<void> flush() { return socket_.flush(); }
  /// The next event, or nothing for now. Errors: `dead` when the keeper has closed, `invalid` for garbage.
  Result<std::optional<KeeperEvent>> receive();

 private:
  DatagramSocket socket_;
};

}  // namespace circuit::keeper
