// The model: what the agents tell, turned into one picture of the cluster.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "monitor/snapshot.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::monitor {

/// The two readings of the clock that the model needs, both in nanoseconds.
struct Moment {
  /// Never goes back; delays are measured with it.
  std::uint64_t now_ns = 0;
  /// UTC since 1970; what is shown.
  std::uint64_t wall_ns = 0;
};

/// Takes in what agents tell and publishes immutable snapshots, which share every record that has not
/// changed. An agent speaks for the workers of its own host only: a record of a worker that another host has
/// is ignored. A worker that has died stays for limits::console_dead_shown after its death was learned, then
/// it goes. Thread safety: none; one owner. The snapshots may be read from any thread.
class Model {
 public:
  Model();

  /// Takes in what the agent of `host` told. A new epoch, or `whole`, replaces all that is known of the host.
  void observe(const std::string& host, const spawn::Observation& observation, Moment moment);
  /// The agent of `host` is heard.
  void connected(const std::string& host, Moment moment);
  /// The agent of `host` is not heard, for the reason given; its live workers are suspect until it is heard
  /// again.
  void disconnected(const std::string& host, std::string trouble);
  /// The host is watched no more: it goes, with its workers.
  void forget(const std::string& host);
  /// Drops the dead whose time is over. To be called at next_expiry_ns().
  void expire(std::uint64_t now_ns);
  /// When expire() next has something to do, by Moment::now_ns; 0: never.
  std::uint64_t next_expiry_ns() const noexcept;

  /// The newest snapshot: a new one if anything has changed since the last call, else the same. Never null.
  std::shared_ptr<const Snapshot> snapshot();

  /// The epoch and sequence to ask the agent of `host` for what has changed since; zeroes: ask for
  /// everything.
  struct Position {
    std::uint64_t epoch = 0;
    std::uint64_t sequence = 0;
  };
  Position position(const std::string& host) const;

 private:
  struct Host {
    HostState state;
    Position position;
    /// What the agent said, which is what counts again once it is heard.
    std::unordered_map<WorkerId, WorkerPointer> workers;
  };

  Host& host_named(const std::string& name);
  void take(Host& host, const spawn::WorkerRecord& record, Moment moment);
  void drop(Host& host, WorkerId id);
  void show(const Host& host, const WorkerPointer& worker);
  void replace_all(Host& host, const spawn::Observation& observation);

  std::map<std::string, Host> hosts_;
  std::unordered_map<WorkerId, std::string> owners_;
  /// What is shown, which differs from what the agents said where an agent is not heard.
  std::unordered_map<WorkerId, WorkerPointer> shown_;
  /// When each dead worker goes.
  std::unordered_map<WorkerId, std::uint64_t> expiries_;
  std::shared_ptr<const Snapshot> published_;
  bool changed_ = false;
};

}  // namespace circuit::monitor
