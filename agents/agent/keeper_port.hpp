// The keeper on the agent's loop.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>

#include "keeper/keeper_client.hpp"
#include "link/asio_loop.hpp"

namespace circuit::agent {

/// Thread safety: the loop's thread only.
class KeeperPort {
 public:
  using Handler = std::function<void(keeper::KeeperEvent)>;

  /// Goes on with the connection that the keeper has left as descriptor 3.
  KeeperPort(link::AsioLoop& loop, UniqueFd connection);

  /// `handle` is called for each event; `gone` once, when the keeper has closed: the agent must end itself.
  void start(Handler handle, std::function<void(const Failure&)> gone);
  Result<void> send(const keeper::FromAgent& message, std::span<const int> fds = {});

 private:
  void read();
  void wait_to_write();

  keeper::KeeperClient client_;
  // Watches a second descriptor of the same connection: each of the two closes its own.
  boost::asio::posix::stream_descriptor watched_;
  Handler handle_;
  std::function<void(const Failure&)> gone_;
  bool writing_ = false;
};

}  // namespace circuit::agent
