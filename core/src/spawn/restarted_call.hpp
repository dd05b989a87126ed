// The call of a worker's function that goes on in the worker's successors.
#pragma once

#include <functional>
#include <memory>

#include "lang/node.hpp"
#include "spawn/agent_connection.hpp"

namespace circuit::spawn {

/// How a worker function with a restart policy has ended, and in which worker.
struct RestartedAnswer {
  Address worker;
  lang::Answer answer;
};

/// Calls a function of a worker that was launched with a restart policy. When it throws, or its worker dies,
/// the call is made again in the worker that the agent starts in its place, until there is a result or the
/// agent starts none any more: then the last failure comes, with the reason. A refusal is final at once.
/// `done` comes once, on the loop, and must not block. Any thread.
void call_through_restarts(lang::Node& node, AgentConnection& agent, const Address& worker,
                           std::uint64_t function, Buffer arguments,
                           std::function<void(RestartedAnswer)> done);

}  // namespace circuit::spawn
