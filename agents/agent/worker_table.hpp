// The workers of one agent, and who wants to hear of changes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "agent/cause.hpp"
#include "base/unique_fd.hpp"
#include "lang/incoming_call.hpp"
#include "link/loop.hpp"
#include "record/reader.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::agent {

/// One worker, or one app.
struct Worker {
  spawn::WorkerRecord record;
  UniqueFd pidfd;
  /// Its flight recorder; null where that cannot be read.
  std::shared_ptr<const record::Reader> recorder;
  std::optional<KillIntent> intent;
  /// Whether it stands in the anchor tree, as far as is known.
  bool registered = true;
  /// Ends the wait for its hello, or its grace.
  std::unique_ptr<link::Timer> timer;
};

/// Numbers every change, so that an observer gets just what it has not seen, and answers observers that wait,
/// a moment after the first change, so that a burst is one answer. Thread safety: the loop's thread only.
class WorkerTable {
 public:
  WorkerTable(link::Loop& loop, std::uint64_t epoch);

  Worker* find(WorkerId id);
  Worker& add(spawn::WorkerRecord record);
  /// Says that the record has changed.
  void changed(const Worker& worker);
  void remove(WorkerId id);
  /// These stand in the anchor tree, or do not: a live one that does not is shown as unregistered.
  void set_registered(const std::vector<WorkerId>& workers, bool registered);

  std::vector<WorkerId> living() const;
  std::size_t living_count() const;
  template <class Visit>
  void each(Visit visit) {
    for (auto& [id, entry] : entries_) visit(entry.worker);
  }

  /// Answers now if anything has changed since, else when it does, or with nothing when the time is over.
  void observe(lang::IncomingCallPointer call, std::uint64_t epoch, std::uint64_t since,
               std::uint32_t wait_ms);
  spawn::Observation observation(std::uint64_t epoch, std::uint64_t since) const;

 private:
  struct Entry {
    Worker worker;
    std::uint64_t sequence = 0;
  };
  struct Removed {
    std::uint64_t sequence;
    WorkerId id;
  };
  struct Observer {
    lang::IncomingCallPointer call;
    std::uint64_t epoch, since, until_ns;
  };

  void touched();
  void answer_observers();
  void arm(std::uint64_t at_ns);

  link::Loop& loop_;
  const std::uint64_t epoch_;
  std::uint64_t sequence_ = 1;
  std::map<WorkerId, Entry> entries_;
  std::deque<Removed> removed_;
  /// Up to this sequence removals have been forgotten: who has seen less gets everything anew.
  std::uint64_t forgotten_ = 0;
  std::vector<Observer> observers_;
  std::unique_ptr<link::Timer> timer_;
  std::optional<std::uint64_t> armed_ns_;
  bool fresh_ = false;
};

}  // namespace circuit::agent
