// `config.json`: what the agent of a directory is to use, kept for all its later starts.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace circuit::spawn {

struct AgentConfig {
  /// Where the ZooKeeper of the anchor tree is, HOST:PORT[,HOST:PORT...][/CHROOT]; empty: the tree is
  /// embedded in the agent.
  std::string zookeeper;
  friend bool operator==(const AgentConfig&, const AgentConfig&) = default;
};

/// What stands in the directory; the default where nothing does. Errors: `invalid` says what is wrong with
/// the file. Whether the text in it names a ZooKeeper is for whoever uses it to see.
Result<AgentConfig> read_config(const std::filesystem::path& directory);
Result<void> write_config(const std::filesystem::path& directory, const AgentConfig& config);

}  // namespace circuit::spawn
