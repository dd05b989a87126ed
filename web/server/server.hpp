// The web endpoint: the page, its API and its stream of changes, on one port.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "monitor/cluster.hpp"

namespace circuit::web {

/// Serves the page and the API of web/api/openapi.yaml until it is stopped or destroyed.
/// Thread safety: every function from any thread.
/// Lifetime: the cluster must outlive the server.
class Server {
 public:
  struct Options {
    /// A loopback address. Any other is refused: it would need TLS.
    std::string listen = "127.0.0.1";
    /// 0: any free one; port() tells which.
    std::uint16_t port = 0;
    /// Whoever has this token may see and steer. Empty: nobody may steer.
    std::string operate_token;
    /// Whoever has this token may see. Empty: there is no such token.
    std::string view_token;
    /// What the page calls the cluster.
    std::string cluster_name;
  };

  /// Listens when it returns. Throws circuit::Error: `invalid` for an address that is none, `refused` for one
  /// that is not loopback, for two equal tokens, and for a port that another program has.
  Server(Options options, monitor::Cluster& cluster);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  /// Ends all connections and returns when no thread of the server runs any more. A call into the cluster
  /// that is under way is waited for, and those that wait for their turn are dropped. Calling it again does
  /// nothing.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace circuit::web
