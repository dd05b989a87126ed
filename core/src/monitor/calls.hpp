// The calls in flight: what both ends have recorded of each, put together.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <circuit/identity.hpp>

#include "spawn/agent_messages.hpp"

namespace circuit::monitor {

/// How far a call has come.
enum class CallPhase : std::uint8_t {
  sent = 1,     ///< only its caller knows of it: on its way, or the callee cannot be read
  queued = 2,   ///< at its callee, waiting for a thread or for its object
  running = 3,  ///< the callee's code runs
};

/// One call in flight. It is named by its caller and the caller's id for it.
struct Call {
  WorkerId caller;
  std::uint64_t id = 0;
  WorkerId callee;
  CallPhase phase = CallPhase::sent;
  /// The call within which this one was made; both 0 where there is none that is known.
  WorkerId parent_caller;
  std::uint64_t parent_id = 0;
  std::uint64_t chain = 0;
  std::uint64_t object = 0;
  /// Name of the method or function (`greet`), and its whole descriptor.
  std::string method;
  std::string descriptor;
  std::uint64_t started_wall_ns = 0;
  /// 0: none.
  std::uint64_t deadline_wall_ns = 0;
  /// 0: called from outside of any other call.
  std::uint32_t depth = 0;
  /// The kernel's id of the thread of the callee that runs it, or 0.
  std::int32_t thread = 0;
  /// What is known of the arguments, as a JSON-like array of one line, and the bytes of all of them.
  std::string arguments;
  std::uint32_t argument_bytes = 0;
  friend bool operator==(const Call&, const Call&) = default;
};

/// Immutable once published.
struct Calls {
  /// When they were read, wall clock.
  std::uint64_t read_wall_ns = 0;
  /// The oldest first, each followed by the calls that were made within it.
  std::vector<Call> calls;
  /// Ends of calls that were there and are not told, because there were too many.
  std::uint64_t untold = 0;
  /// Why they could not be read, for people; empty where they were.
  std::string trouble;
};
using CallsPointer = std::shared_ptr<const Calls>;

/// Arguments as they stand in a call: a list without its brackets. One that was shortened for showing has
/// lost the second, and keeps the sign that says so.
std::string_view argument_list(std::string_view arguments);

/// Joins the two ends of each call. Ends of which the other is missing make a call of their own.
Calls join_ends(const spawn::CallsReport& report);

}  // namespace circuit::monitor
