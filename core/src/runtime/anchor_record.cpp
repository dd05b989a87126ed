#include "runtime/anchor_record.hpp"

namespace circuit::runtime {

anchor::Entry entry_of(const spawn::WorkerRecord& record) {
  anchor::Entry entry;
  entry.address = record.address;
  entry.start_ticks = record.start_ticks;
  entry.started_wall_ns = record.started_wall_ns;
  entry.function = record.function;
  entry.executable = record.executable;
  entry.app = record.app;
  return entry;
}

spawn::WorkerRecord record_of(const anchor::Entry& entry) {
  spawn::WorkerRecord record;
  record.address = entry.address;
  record.start_ticks = entry.start_ticks;
  record.started_wall_ns = entry.started_wall_ns;
  record.function = entry.function;
  record.executable = entry.executable;
  record.app = entry.app;
  return record;
}

}  // namespace circuit::runtime
