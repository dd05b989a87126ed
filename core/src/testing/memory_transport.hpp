// Streams of bytes between loops of one process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "link/loop.hpp"
#include "link/transport.hpp"

namespace circuit::testing {

/// Who listens under which name. Shared by the transports that are to reach each other.
/// Thread safety: any thread.
class MemoryNames {
 public:
  struct Listening {
    link::Loop& loop;
    link::Accepted accepted;
  };

  /// False: somebody listens there already.
  bool add(const std::string& name, std::shared_ptr<Listening> listening);
  void remove(const std::string& name);
  /// Makes the other end of a connection, for whoever listens there.
  using MakeConnection = std::function<std::unique_ptr<link::Connection>(link::Loop&)>;
  /// Hands it over, on the loop of that one. False: nobody listens there.
  bool connect(const std::string& name, const MakeConnection& make);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Listening>> names_;
};

/// Thread safety: as every Transport.
class MemoryTransport final : public link::Transport {
 public:
  MemoryTransport(link::Loop& loop, std::shared_ptr<MemoryNames> names)
      : loop_(loop), names_(std::move(names)) {}

  void dial(const std::string& endpoint, link::Dialed dialed) override;
  Result<std::unique_ptr<link::Listener>> listen(const std::string& endpoint,
                                                 link::Accepted accepted) override;
  /// Refused: there are no descriptors here.
  Result<std::unique_ptr<link::Listener>> adopt(int listening_fd, link::Accepted accepted) override;

 private:
  link::Loop& loop_;
  const std::shared_ptr<MemoryNames> names_;
};

}  // namespace circuit::testing
