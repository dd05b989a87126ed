#include "spawn/agent_interface.hpp"

namespace circuit::spawn {

const AgentInterface& agent_interface() {
  static const AgentInterface instance;
  return instance;
}

const WorkerInterface& worker_interface() {
  static const WorkerInterface instance;
  return instance;
}

}  // namespace circuit::spawn
