// A world of one thread: time, chance, and the loops of several nodes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "link/loop.hpp"

namespace circuit::lang::simulation {

class World;

/// The loop of one node: its jobs run in their order, and in any order with those of other loops.
class SimulatedLoop final : public link::Loop {
 public:
  explicit SimulatedLoop(World& world) : world_(world) {}

  void post(std::function<void()> job) override { jobs_.push_back(std::move(job)); }
  bool on_loop() const noexcept override;
  bool running() const noexcept override { return running_; }
  const Clock& clock() const noexcept override;
  std::unique_ptr<link::Timer> make_timer() override;

  bool idle() const noexcept { return jobs_.empty(); }
  bool can_run() const noexcept;
  void run_one();
  /// Nothing runs here until then; for ever, when the process has crashed.
  void pause_until(std::uint64_t ns) { paused_until_ns_ = ns; }
  /// The node is about to be stopped: what it posts from now on is run by drain().
  void stop() { running_ = false; }
  void drain();

 private:
  World& world_;
  std::deque<std::function<void()>> jobs_;
  std::uint64_t paused_until_ns_ = 0;
  bool running_ = true;
};

/// Everything follows from the seed. Thread safety: none.
class World final : public Clock, public Random {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  std::uint64_t now_ns() const noexcept override { return now_ns_; }
  std::uint64_t wall_ns() const noexcept override { return now_ns_; }
  void fill(std::span<std::byte> out) override;
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(unsigned percent) { return below(100) < percent; }

  void add(SimulatedLoop& loop) { loops_.push_back(&loop); }
  void at(std::uint64_t ns, std::function<void()> event) {
    events_.push({ns, ++last_event_, std::make_shared<std::function<void()>>(std::move(event))});
  }
  void after(std::uint64_t delay_ns, std::function<void()> event) {
    at(now_ns_ + delay_ns, std::move(event));
  }
  /// Runs a job of a loop, or else the next event; false: nothing is left to happen.
  bool step();

  /// Nothing more happens by itself.
  void forget_events();
  /// Two runs that went the same way have the same.
  std::uint64_t trace() const noexcept { return trace_; }

  /// The loop whose job runs.
  const SimulatedLoop* current = nullptr;

 private:
  struct Event {
    std::uint64_t ns;
    std::uint64_t number;
    std::shared_ptr<std::function<void()>> run;
    bool operator<(const Event& other) const noexcept {
      return ns != other.ns ? ns > other.ns : number > other.number;
    }
  };

  std::mt19937_64 random_;
  std::uint64_t now_ns_ = 1'000'000'000;
  std::uint64_t last_event_ = 0;
  std::uint64_t trace_ = 0;
  std::vector<SimulatedLoop*> loops_;
  std::priority_queue<Event> events_;
};

}  // namespace circuit::lang::simulation
