// A spawn by name: the function and its arguments come from a person, not from C++ types.
#pragma once

#include <boost/json/array.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/node.hpp"
#include "spawn/agent_connection.hpp"
#include "spawn/agent_messages.hpp"
#include "spawn/launcher.hpp"

namespace circuit::spawn {

/// The function of that name; with `executable`, the one of that executable. The failure names what comes
/// near.
Result<FunctionDescription> choose_function(const std::vector<FunctionDescription>& functions,
                                            std::string_view name, std::string_view executable);

/// The arguments as CBOR, each checked against its parameter's type; those missing at the end take their
/// defaults. The failure says which argument, what was expected and what was given.
Result<Buffer> encode_json_arguments(const FunctionDescription& function,
                                     const boost::json::array& arguments);

/// Who calls the function: this process, to which the worker's life is bound, or the agent.
enum class Caller { self, agent };

/// The five steps of a spawn: login, started, open, go, result.
using SpawnProgress = std::function<void(std::string_view step, const std::string& detail)>;

/// Starts a worker for `function` and calls it with the arguments. Blocks until the worker runs (at most
/// limits::spawn_deadline). With a restart policy the outcome is the first result of the worker or of one
/// that was started in its place. `outcome` comes once, on the loop, with the result as JSON text or the
/// failure; it may come before this returns, and does not come when the agent is the caller. `progress` may
/// be empty; it is called on the calling thread, and for the result on the loop.
Result<WorkerRecord> spawn_function(lang::Node& node, AgentConnection& agent, Launcher& launcher,
                                    const std::string& host, const std::vector<std::string>& anchors,
                                    const FunctionDescription& function, Buffer arguments, Caller caller,
                                    const Restart& restart, SpawnProgress progress,
                                    std::function<void(WorkerId, Result<std::string>)> outcome);

}  // namespace circuit::spawn
