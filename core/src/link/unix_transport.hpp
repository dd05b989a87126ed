// AF_UNIX streams on Boost.Asio, for processes of one host and one user.
#pragma once

#include "base/unique_fd.hpp"
#include "link/asio_loop.hpp"
#include "link/transport.hpp"

namespace circuit::link {

/// Outlives what it dials, as the loop does.
class UnixTransport final : public Transport {
 public:
  explicit UnixTransport(AsioLoop& loop) : loop_(loop) {}

  void dial(const std::string& endpoint, Dialed dialed) override;
  Result<std::unique_ptr<Listener>> listen(const std::string& endpoint, Accepted accepted) override;
  Result<std::unique_ptr<Listener>> adopt(int listening_fd, Accepted accepted) override;

 private:
  void try_dial(const std::string& endpoint, Dialed dialed, int tries);

  AsioLoop& loop_;
};

/// A listening AF_UNIX socket at `unix:/path`, mode 0600, in place of a socket that nobody listens on any
/// more. Errors: `refused` where another process listens.
Result<UniqueFd> bind_unix(const std::string& endpoint);

}  // namespace circuit::link
