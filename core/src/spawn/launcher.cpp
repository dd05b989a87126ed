#include "spawn/launcher.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"

namespace circuit::spawn {
Result<WorkerRecord> AgentLauncher::launch(const std::string& host, const SpawnOrder& order) {
  if (host != own_host)
    return failure(ErrorKind::unreachable,
                   fmt::format("unknown host '{}': only {} has an agent here", host, own_host));
  return agent_.call(agent_interface().spawn, {limits::spawn_deadline}, order);
}

Result<void> AgentLauncher::end(const KillOrder& order) {
  return agent_.call(agent_interface().kill, {}, order);
}

}  // namespace circuit::spawn
