// How long calls take, and what they cost both processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "options.hpp"

namespace circuit::bench {

using Steady = std::chrono::steady_clock;

/// Counts durations in buckets of at most 1/64 of their size.
class Histogram {
 public:
  void add(std::chrono::nanoseconds duration);
  void merge(const Histogram& other);
  /// The duration that this share of all stays below, in microseconds. 0 of none.
  double quantile_us(double share) const;
  double longest_us() const { return static_cast<double>(longest_ns_) / 1000.0; }

 private:
  std::vector<std::uint64_t> buckets_ = std::vector<std::uint64_t>(64 * 59);
  std::uint64_t count_ = 0, longest_ns_ = 0;
};

/// What two processes have used since they began: CPU time in seconds, and context switches.
struct Usage {
  double client_user = 0, client_system = 0, server_cpu = 0, server_user = 0, server_system = 0;
  std::uint64_t client_switches = 0, server_switches = 0;

  /// Of this process, and of `server` unless it is 0.
  static Usage now(pid_t server);
};

/// The measured part of a run.
class Meter {
 public:
  explicit Meter(const Options& options) : options_(options) {}

  void begin();
  bool running() const noexcept { return running_; }
  /// Whether the time and the calls that are wanted are reached.
  bool done(std::uint64_t calls, Steady::time_point now) const;
  /// Prints the line.
  void end(std::uint64_t calls, const Histogram& durations);

 private:
  const Options& options_;
  Usage before_;
  Steady::time_point began_{};
  bool running_ = false;
};

}  // namespace circuit::bench
