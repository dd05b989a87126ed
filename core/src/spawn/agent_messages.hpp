// What an agent is asked and what it tells: plain values that cross the wire as any app's do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <circuit/identity.hpp>

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
  none = 0,       ///< it lives
  exited = 1,     ///< returned or called exit; `code` is the exit status
  signalled = 2,  ///< ended by signal `code`
  killed = 3,     ///< ended because someone asked for it through Circuit; `code` is the signal or 0
  silent = 4,     ///< said nothing within its time and was ended
  lost = 5,       ///< gone while nobody was there to take its status
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

/// What became of a process whose link has broken.
struct FateReport {
  bool dead = false;
  std::string cause;
};

/// One directory of the anchor tree.
struct DirectoryListing {
  std::string path;
  std::uint64_t revision = 0;
  std::vector<std::string> directories;
  std::vector<WorkerRecord> workers;
};

struct AgentStatus {
  std::string version;
  std::string host;
  std::int32_t pid = 0;
  std::string directory;
  std::uint64_t workers = 0;
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
