// The model as JSON: the one schema of the shell's --json and of the web API (web/api/openapi.yaml).
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "monitor/calls.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::monitor {

/// As consoles write them; a value that is none of the enumeration gives "unknown".
std::string_view name_of(spawn::WorkerState state) noexcept;
std::string_view name_of(spawn::CauseKind kind) noexcept;
std::string_view name_of(CallPhase phase) noexcept;

/// Whatever the records hold, all texts in it are UTF-8. Times are UTC in ms.
boost::json::object to_json(const spawn::WorkerRecord& worker);
boost::json::object to_json(const Call& call);

}  // namespace circuit::monitor
