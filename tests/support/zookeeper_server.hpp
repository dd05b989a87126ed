// Real ZooKeeper servers of the test's own.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/program.hpp"
#include "support/temporary.hpp"

namespace circuit::support {

/// A TCP port of the loopback interface that nobody listens at just now.
std::uint16_t free_port();

/// One server of Debian's package, on the loopback interface, with its data in a directory of its own. It
/// ends with the test's process, however that ends. Thread safety: one thread.
class ZookeeperServer {
 public:
  struct Options {
    /// Sessions live between 2 and 20 of these.
    int tick_ms = 500;
    /// Of an ensemble: this one's number, and the `server.N=...` lines.
    int id = 0;
    std::string peers;
  };
  ZookeeperServer() : ZookeeperServer(Options{}) {}
  /// Does not wait for it.
  explicit ZookeeperServer(Options options);

  /// Waits until it answers; starts it anew where its port was taken meanwhile.
  void await();
  /// `127.0.0.1:PORT`.
  std::string address() const;
  std::uint16_t port() const noexcept { return port_; }
  /// One of its commands of four letters. Empty: it does not answer.
  std::string ask(std::string_view word) const;
  /// `standalone`, `leader`, `follower`; empty while it does not serve.
  std::string mode() const;

  void kill();
  /// With the data that it has.
  void start();
  /// Stops it as SIGSTOP does, and lets it go on.
  void freeze() const;
  void thaw() const;

 private:
  std::vector<std::string> command() const;

  const Options options_;
  TemporaryDirectory data_;
  std::uint16_t port_ = 0;
  std::optional<Program> program_;
};

/// The server that all tests of this process share: each has a node for itself.
ZookeeperServer& shared_zookeeper();
/// A node's path that no other test has used: `/t1`, `/t2`...
std::string own_chroot();
/// All nodes of the anchor tree below that chroot of the shared server, as ZooKeeper's own shell walks it:
/// files and directories, from `/` on.
std::set<std::string> walk_of_zookeepers_shell(const std::string& chroot);

/// Three servers.
class ZookeeperEnsemble {
 public:
  ZookeeperEnsemble();

  /// `h:p,h:p,h:p`.
  std::string servers() const;
  ZookeeperServer& leader();
  ZookeeperServer& follower();
  /// Waits until all three serve.
  void await();

 private:
  ZookeeperServer& with_mode(std::string_view mode);

  std::vector<std::unique_ptr<ZookeeperServer>> servers_;
};

}  // namespace circuit::support
