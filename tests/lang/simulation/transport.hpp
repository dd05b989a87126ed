// Streams of bytes between simulated nodes: late, in pieces, and cut.
#pragma once

#include <map>
#include <string>

#include "lang/simulation/world.hpp"
#include "link/transport.hpp"

namespace circuit::lang::simulation {

class Network;

/// One stream; the side with index 0 has dialled.
struct Wire {
  struct Side {
    SimulatedLoop* loop = nullptr;
    std::size_t node = 0;
    std::deque<std::byte> arrived;
    std::size_t in_flight = 0;
    /// No byte overtakes another.
    std::uint64_t last_arrival_ns = 0;
    bool ended = false;
    int error_number = 0;
    /// By the node itself.
    bool closed = false;
    bool blocked = false;
    std::shared_ptr<link::Connection::Sink> reader;
  };

  /// Whether nothing is on its way.
  bool quiet() const;
  bool joins(std::size_t a, std::size_t b) const;

  Side sides[2];
  bool cut = false;
};

/// What one node dials and listens with.
class SimulatedTransport final : public link::Transport {
 public:
  SimulatedTransport(Network& network, std::size_t node) : network_(network), node_(node) {}

  void dial(const std::string& endpoint, link::Dialed dialed) override;
  Result<std::unique_ptr<link::Listener>> listen(const std::string& endpoint,
                                                 link::Accepted accepted) override;
  Result<std::unique_ptr<link::Listener>> adopt(int, link::Accepted) override;

 private:
  Network& network_;
  const std::size_t node_;
};

/// All nodes and streams. Lifetime: that of the world.
class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  static std::string endpoint_of(std::size_t node) { return "sim:" + std::to_string(node); }
  void add(SimulatedLoop& loop) { nodes_.push_back({&loop, nullptr, false}); }

  /// Ends a stream between the two in both directions, when there is one; `quietly`: only one on which
  /// nothing is on its way, so that nothing is lost.
  bool cut(std::size_t a, std::size_t b, bool quietly);
  /// The node has crashed: its streams end, and nobody reaches it any more.
  void crash(std::size_t node);

 private:
  friend class SimulatedTransport;
  friend class SimulatedConnection;
  struct NodeEntry {
    SimulatedLoop* loop;
    link::Accepted accepted;
    bool crashed;
  };

  std::uint64_t delay_ns() { return 20'000 + world_.below(world_.chance(5) ? 20'000'000 : 300'000); }
  void notify(Wire::Side& side);
  void deliver(const std::shared_ptr<Wire>& wire, std::size_t to, std::function<void()> arrival);

  World& world_;
  std::vector<NodeEntry> nodes_;
  std::vector<std::weak_ptr<Wire>> wires_;
};

}  // namespace circuit::lang::simulation
