#include "lang/simulation/world.hpp"

#include <algorithm>

namespace circuit::lang::simulation {
namespace {

class SimulatedTimer final : public link::Timer {
 public:
  SimulatedTimer(World& world, SimulatedLoop& loop) : world_(world), loop_(loop) {}

  void arm(std::uint64_t at_ns, std::function<void()> due) override {
    armed_ = std::make_shared<std::function<void()>>(std::move(due));
    std::weak_ptr<std::function<void()>> weak = armed_;
    world_.at(std::max(at_ns, world_.now_ns()), [weak, &loop = loop_] {
      if (weak.expired()) return;
      loop.post([weak] {
        if (auto call = weak.lock()) (*call)();
      });
    });
  }
  void cancel() override { armed_.reset(); }

 private:
  World& world_;
  SimulatedLoop& loop_;
  std::shared_ptr<std::function<void()>> armed_;
};

}  // namespace

bool SimulatedLoop::on_loop() const noexcept { return world_.current == this || !running_; }
const Clock& SimulatedLoop::clock() const noexcept { return world_; }
std::unique_ptr<link::Timer> SimulatedLoop::make_timer() {
  return std::make_unique<SimulatedTimer>(world_, *this);
}

bool SimulatedLoop::can_run() const noexcept {
  return !jobs_.empty() && running_ && paused_until_ns_ <= world_.now_ns();
}

void SimulatedLoop::run_one() {
  auto job = std::move(jobs_.front());
  jobs_.pop_front();
  world_.current = this;
  job();
  job = nullptr;
  world_.current = nullptr;
}

void SimulatedLoop::drain() {
  while (!jobs_.empty()) run_one();
}

void World::fill(std::span<std::byte> out) {
  for (std::byte& byte : out) byte = static_cast<std::byte>(random_());
}

bool World::step() {
  std::vector<SimulatedLoop*> ready;
  for (SimulatedLoop* loop : loops_)
    if (loop->can_run()) ready.push_back(loop);
  if (!ready.empty()) {
    const std::size_t chosen = below(ready.size());
    trace_ = trace_ * 0x100000001b3U + now_ns_ + chosen;
    ready[chosen]->run_one();
    return true;
  }
  if (events_.empty()) return false;
  Event next = events_.top();
  events_.pop();
  now_ns_ = std::max(now_ns_, next.ns);
  (*next.run)();
  return true;
}

void World::forget_events() {
  while (!events_.empty()) {
    std::priority_queue<Event> forgotten;  // what goes with it may still ask for more
    forgotten.swap(events_);
  }
}

}  // namespace circuit::lang::simulation
