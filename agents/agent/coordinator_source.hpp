// Where an agent's sessions with its coordinator come from.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "anchor/coordinator.hpp"
#include "base/result.hpp"

namespace circuit::agent {

struct CoordinatorSource {
  /// A session, or the one of the credentials again.
  std::function<anchor::Outcome<std::shared_ptr<anchor::Coordinator>>(
      std::optional<anchor::SessionCredentials>, anchor::SessionListener)>
      connect;
  /// Ends the sessions of others that have not come back; empty where only the coordinator can know of them.
  std::function<void()> expire_others;
  /// How long a session lives without a connection.
  std::chrono::milliseconds session_timeout{};
};

/// The source that the configuration of the agent's directory names: the embedded tree, which is opened, or a
/// ZooKeeper, which is not yet looked for.
Result<CoordinatorSource> open_coordinator(const std::filesystem::path& directory);

}  // namespace circuit::agent
