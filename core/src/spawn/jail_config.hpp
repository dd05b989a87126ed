// `config` in a worker's jail: who the worker is, written by its agent and read by the worker.
#pragma once

#include <filesystem>
#include <string>

#include <circuit/identity.hpp>

#include "base/result.hpp"

namespace circuit::spawn {

/// What a worker finds in its environment and as descriptors when it starts.
namespace worker_start {
inline constexpr int listener_fd = 3;
inline constexpr int recorder_fd = 4;
/// Of the file `lock` in the jail, held by the worker as long as it lives.
inline constexpr int lock_fd = 5;
}  // namespace worker_start

struct JailConfig {
  Address address;
  /// The agent's directory, in which its successors are found too.
  std::string agent_directory;
  /// It has a restart policy: it ends with 1, and soon, when its function has failed.
  bool restarted = false;
};

Result<void> write_jail_config(const std::filesystem::path& jail, const JailConfig& config);
Result<JailConfig> read_jail_config(const std::filesystem::path& jail);

}  // namespace circuit::spawn
