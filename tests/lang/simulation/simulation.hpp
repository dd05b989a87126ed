// Some nodes that pass references around at random, and an oracle that sees all of them at once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <circuit/reference.hpp>

#include "lang/remote_method.hpp"
#include "lang/simulation/transport.hpp"

namespace circuit::lang::simulation {

class Simulation;

/// What is referred to.
struct Thing {
  explicit Thing(Simulation& simulation);
  ~Thing();
  int poke() { return 1; }

  Simulation& simulation;
};

}  // namespace circuit::lang::simulation

CIRCUIT_INTERFACE(circuit::lang::simulation::Thing, inline_calls, poke);

namespace circuit::lang::simulation {

using ThingRef = Ref<Thing>;

/// What may go wrong in one run.
struct Plan {
  std::size_t nodes = 4;
  int operations = 40;
  int quiet_cuts = 0;
  /// These lose what is on its way, as a link that is not resumed does.
  int harsh_cuts = 0;
  int crashes = 0;
  int pauses = 0;
};

/// One process: its node, and the references that its program keeps.
struct Participant {
  Participant(World& world, Network& network, std::size_t index);

  SimulatedLoop loop;
  SimulatedTransport transport;
  std::unique_ptr<Node> node;
  std::vector<ThingRef> bag;
  bool crashed = false;
};

class Simulation {
 public:
  Simulation(std::uint64_t seed, const Plan& plan);
  ~Simulation();

  /// Runs until nothing is left to happen; what was found wrong, or nothing.
  std::string run();

  std::uint64_t trace() const noexcept { return world_.trace(); }

  void thing_made() { ++things_; }
  void thing_freed();
  void poked(std::size_t from, const TargetPointer& promised, const Failure* failure);

 private:
  void offer_doors(Participant& participant);
  void schedule();
  void operate();
  void give(std::size_t from, std::size_t to);
  void ask(std::size_t from, std::size_t to);
  void swap(std::size_t from, std::size_t to);
  void relay(std::size_t from, std::size_t over, std::size_t to);
  void poke(std::size_t from);
  void pipeline(std::size_t from, std::size_t to);
  void drop(std::size_t from);
  void cut(bool quietly);
  void crash();
  /// Everyone gets to know of a crash.
  void learn(std::size_t who, std::size_t crashed);
  void pause();
  void end_operations();

  PeerPointer peer(std::size_t from, std::size_t to);
  /// A reference of that node, or an empty one.
  ThingRef pick(std::size_t from);
  std::size_t living();
  /// Every reference that the owner has confirmed must be known to it.
  void check_holders();
  void check_end();
  void check_failure(const char* what, const Failure& failure);
  void wrong(std::string what);

  World world_;
  Network network_{world_};
  const Plan plan_;
  std::vector<std::unique_ptr<Participant>> participants_;
  int things_ = 0;
  std::size_t crashes_ = 0, cuts_ = 0, harsh_cuts_ = 0, pauses_ = 0;
  bool ending_ = false;
  std::string wrong_;
};

}  // namespace circuit::lang::simulation
