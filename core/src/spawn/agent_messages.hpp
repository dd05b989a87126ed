// What an agent is asked and what it tells: plain values that cross the wire as any app's do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <circuit/identity.hpp>
#include <circuit/restart.hpp>

#include "record/call.hpp"

namespace circuit::spawn {

/// What is known of a worker's life.
enum class WorkerState : std::uint8_t {
  starting = 1,      ///< launched, has not said hello
  live = 2,          ///< has said hello, and its agent hears it
  suspect = 3,       ///< silent or cut off; nobody has declared it dead
  unregistered = 4,  ///< lives, but its anchors are not in the tree
  dead = 5,
};

/// Why a worker ended.
enum class CauseKind : std::uint8_t {
  none = 0,        ///< it lives
  exited = 1,      ///< returned or called exit; `code` is the exit status
  signalled = 2,   ///< ended by signal `code`
  killed = 3,      ///< ended because someone asked for it through Circuit; `code` is the signal or 0
  silent = 4,      ///< said nothing within its time and was ended
  lost = 5,        ///< gone while nobody was there to take its status
  crash_loop = 6,  ///< ended as the text says, and too often to be started again
};

struct Cause {
  CauseKind kind = CauseKind::none;
  std::int32_t code = 0;
  /// For people: `exited with 3`, `killed by SIGKILL`.
  std::string text;
  friend bool operator==(const Cause&, const Cause&) = default;
};

/// One worker, or one app, as its agent knows it.
struct WorkerRecord {
  Address address;
  /// Start time of the process in clock ticks since boot (/proc/PID/stat, field 22): a reused pid differs in
  /// it.
  std::uint64_t start_ticks = 0;
  /// True for an app: a program that Circuit did not start.
  bool app = false;
  /// Name of the worker function, empty when it was started without one.
  std::string function;
  /// Its arguments as JSON text, shortened for showing.
  std::string arguments;
  std::string executable;
  /// Canonical anchor paths, `/host/<host>` among them.
  std::vector<std::string> anchors;
  std::uint64_t started_wall_ns = 0;
  WorkerState state = WorkerState::starting;
  Cause cause;
  std::uint64_t died_wall_ns = 0;
  friend bool operator==(const WorkerRecord&, const WorkerRecord&) = default;
};

/// What has changed at an agent since an earlier observation.
struct Observation {
  /// Which run of the agent: sequences of two runs cannot be compared.
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  /// True: `changed` is everything there is. False: what differs from the sequence that was asked for.
  bool whole = true;
  std::vector<WorkerRecord> changed;
  std::vector<WorkerId> removed;
};

/// What is asked for with a spawn.
struct SpawnOrder {
  std::vector<std::string> anchors;
  /// Name of the function that is going to be called, for showing; empty: none yet.
  std::string function;
  /// Absolute path of the worker executable.
  std::string executable;
  /// The rest is needed where `restart` says more than never: what the agent calls in the worker's
  /// successors.
  Restart restart = {};
  std::uint64_t function_id = 0;
  /// As CBOR, without references.
  std::vector<std::byte> arguments = {};
  /// What the function is, for an executable that was built from other sources; may be empty.
  std::string signature = {};
};

struct KillOrder {
  WorkerId worker;
  /// 0: an ordered stop, then SIGKILL after the grace. Otherwise this signal, at once.
  std::int32_t signal = 0;
  std::uint64_t grace_ms = 5000;
  /// Who asks, for the record.
  std::string by;
};

/// A function for a worker that the agent itself calls, so that nobody has to wait for its result.
struct RunOrder {
  WorkerId worker;
  std::uint64_t function = 0;
  /// The arguments as CBOR, without references.
  std::vector<std::byte> arguments;
};

/// One end of a call in flight, as a flight recorder shows it.
struct CallRecord {
  /// Whose recorder it stands in.
  WorkerId worker;
  /// The process at the other end.
  WorkerId peer;
  record::Direction direction = record::Direction::outgoing;
  record::CallState state = record::CallState::waiting;
  /// The id on the wire, given by the caller: both ends have the same, and no two calls of one caller.
  std::uint64_t call = 0;
  /// Names this end of the call within its worker; the `parent` of what the call calls.
  std::uint64_t slot = 0;
  /// The slot, at the caller, of the incoming call that made this one, or 0.
  std::uint64_t parent = 0;
  std::uint64_t chain = 0;
  std::uint64_t object = 0;
  /// Descriptor of the method, empty where it is not known.
  std::string method;
  std::uint64_t started_wall_ns = 0;
  /// 0: none.
  std::uint64_t deadline_wall_ns = 0;
  /// The call, in this worker, that holds what this one waits for, or 0.
  std::uint64_t queued_behind = 0;
  std::uint32_t depth = 0;
  /// The kernel's id of the thread that runs it, or 0.
  std::int32_t thread = 0;
  /// The arguments as JSON-like text, shortened for showing, and the size in bytes of all of them.
  std::string arguments;
  std::uint32_t argument_bytes = 0;
  friend bool operator==(const CallRecord&, const CallRecord&) = default;
};

/// The calls in flight of a host's workers at one moment, the oldest first.
struct CallsReport {
  std::uint64_t read_wall_ns = 0;
  /// How many there were, of which `calls` has at most limits::reported_calls.
  std::uint64_t total = 0;
  std::vector<CallRecord> calls;
};

/// What became of a process whose link has broken.
struct FateReport {
  bool dead = false;
  std::string cause;
};

/// What an agent knows of a death that somebody waits for.
struct DeathReport {
  /// False: the agent knows nothing of that process, and cannot say whether it lives.
  bool known = false;
  bool dead = false;
  Cause cause;
  /// The last lines of its `err`, on one line.
  std::string last_words;
};

/// What came after a worker that has a restart policy.
struct SuccessorReport {
  bool restarted = false;
  /// The successor, whose function nobody has called.
  WorkerRecord record;
  /// Why there is none.
  std::string why;
};

/// One directory of the anchor tree.
struct DirectoryListing {
  std::string path;
  std::uint64_t revision = 0;
  std::vector<std::string> directories;
  std::vector<WorkerRecord> workers;
};

/// A file of the anchor tree that has joined, or stands there, and where.
struct AnchorStanding {
  std::string directory;
  WorkerRecord worker;
};

/// One that has gone.
struct AnchorDeparture {
  std::string directory;
  WorkerId worker;
};

/// What is asked for by one who follows a directory and all below it.
struct SubtreeOrder {
  std::string path;
  /// What was told last, or zeros.
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::uint32_t wait_ms = 0;
  /// Names this wait among those of its process, so that it can be ended.
  std::uint64_t wait = 0;
};

/// What has changed since (epoch, sequence).
struct SubtreeNews {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  /// True: `joined` is everything there is.
  bool whole = false;
  std::vector<AnchorStanding> joined;
  /// These went, before some of them may have joined again.
  std::vector<AnchorDeparture> left;
};

struct AgentStatus {
  std::string version;
  std::string host;
  std::int32_t pid = 0;
  std::string directory;
  std::uint64_t workers = 0;
  /// Waits for changes of the anchor tree.
  std::uint64_t anchor_waits = 0;
};

struct ParameterDescription {
  std::string name;
  /// Type descriptor (value/shape.hpp reads it).
  std::string type;
  /// JSON text, when the parameter may be left out.
  std::optional<std::string> otherwise;
};

/// One worker function that some executable has.
struct FunctionDescription {
  std::string name;
  /// For people: `greet(name: text) -> text`.
  std::string signature;
  std::uint64_t id = 0;
  std::vector<ParameterDescription> parameters;
  std::string result;
  std::string executable;
};

}  // namespace circuit::spawn
