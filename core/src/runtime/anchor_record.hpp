// A worker as the anchor tree has it, and as agents tell of it.
#pragma once

#include "anchor/entry.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::runtime {

/// What a worker's file says.
anchor::Entry entry_of(const spawn::WorkerRecord& record);
/// The other way round: all that a file tells of its worker.
spawn::WorkerRecord record_of(const anchor::Entry& entry);

}  // namespace circuit::runtime
