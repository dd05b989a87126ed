// A worker's file in the anchor tree: who it is and how to reach it, as JSON that any ZooKeeper tool can
// show.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <circuit/identity.hpp>

#include "base/result.hpp"

namespace circuit::anchor {

/// What a worker's file says. The same in every directory in which the worker stands.
struct Entry {
  Address address;
  /// When the process started: in clock ticks since boot as /proc has it, and by the wall clock.
  std::uint64_t start_ticks = 0;
  std::uint64_t started_wall_ns = 0;
  /// The worker function, as its descriptor spells it; empty for an app, and for a worker without one.
  std::string function;
  std::string executable;
  /// A program that holds a runtime and was not started by Circuit.
  bool app = false;
  friend bool operator==(const Entry&, const Entry&) = default;
};

/// The content of the file. Bytes that are not UTF-8 become U+FFFD. `invalid` if the entry names nobody or
/// its texts are too long.
Result<std::string> encode(const Entry& entry);

/// The reverse. The content may be anybody's: `invalid` says what is wrong with it. Fields that this version
/// does not know are passed over.
Result<Entry> decode(std::string_view content);

}  // namespace circuit::anchor
