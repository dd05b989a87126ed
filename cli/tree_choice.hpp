// Which anchor tree the agent of a directory is to use.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "spawn/config_file.hpp"

namespace circuit::cli {

/// What `circuit up` was told. Neither: as it was.
struct TreeChoice {
  /// HOST:PORT[,HOST:PORT...][/CHROOT]; empty: not given.
  std::string zookeeper;
  bool embedded = false;
};

/// Settles the choice against what the directory is configured for, and keeps it there. `keeper_runs`: the
/// agent uses the configured one already, and no other can be had. Otherwise a ZooKeeper is asked whether it
/// is there, before anything is started for nothing.
/// Errors: `refused` while an agent runs with another tree, `unreachable` when no ZooKeeper answers,
/// `invalid` for a text or a file that makes no sense.
Result<spawn::AgentConfig> settle_tree(const std::filesystem::path& directory, const TreeChoice& choice,
                                       bool keeper_runs);

/// `ZooKeeper at 127.0.0.1:2181`, `the embedded tree`.
std::string tree_text(const spawn::AgentConfig& config);

}  // namespace circuit::cli
