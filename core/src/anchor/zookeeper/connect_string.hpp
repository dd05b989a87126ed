// Where a ZooKeeper is, as people write it: HOST:PORT[,HOST:PORT...][/CHROOT].
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace circuit::anchor::zookeeper {

struct ConnectString {
  /// `host:port,host:port`.
  std::string servers;
  /// The node that stands for the root, as `/x/y`; empty for ZooKeeper's own root.
  std::string chroot;

  /// `invalid` says which part is wrong. A host without a port gets 2181, ZooKeeper's own.
  static Result<ConnectString> parse(std::string_view text);
  std::string string() const { return servers + chroot; }
  friend bool operator==(const ConnectString&, const ConnectString&) = default;
};

}  // namespace circuit::anchor::zookeeper
