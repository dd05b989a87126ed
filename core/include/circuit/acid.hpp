// The service that every runtime offers.
#pragma once

#include <cstdint>
#include <string>

#include <circuit/interface.hpp>

namespace circuit {

/// Calls of one direction, since the process began.
struct CallCounts {
  std::uint64_t started = 0;
  std::uint64_t answered = 0;
  /// Answered with an error.
  std::uint64_t failed = 0;
  /// Ended without an answer.
  std::uint64_t abandoned = 0;
  std::uint64_t in_flight = 0;
};

struct Statistics {
  CallCounts incoming;
  CallCounts outgoing;
  /// Objects of the process that others hold.
  std::uint64_t exports = 0;
  /// Objects of others that the process holds.
  std::uint64_t imports = 0;
  /// References that are on their way from here to a third process.
  std::uint64_t handovers = 0;
  std::uint64_t resident_bytes = 0;
};

/// Dialled as runtime.dial<circuit::Acid>(address, "acid").
class Acid {
 public:
  virtual ~Acid() = default;
  /// Returns at once.
  virtual void ping() = 0;
  virtual Statistics statistics() = 0;
  /// Calls `std::string stat()` of a service of the process and returns the text.
  virtual std::string stat(const std::string& service) = 0;
};

}  // namespace circuit

CIRCUIT_INTERFACE(circuit::Acid, concurrent, ping, statistics, stat);
