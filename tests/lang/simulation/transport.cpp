#include "lang/simulation/transport.hpp"

#include <algorithm>
#include <cerrno>

namespace circuit::lang::simulation {

bool Wire::quiet() const {
  return std::all_of(std::begin(sides), std::end(sides), [](const Side& side) {
    return side.in_flight == 0 && side.arrived.empty() && !side.blocked && side.loop->idle();
  });
}

bool Wire::joins(std::size_t a, std::size_t b) const {
  return (sides[0].node == a && sides[1].node == b) || (sides[0].node == b && sides[1].node == a);
}

class SimulatedConnection final : public link::Connection {
 public:
  SimulatedConnection(Network& network, std::shared_ptr<Wire> wire, std::size_t side)
      : network_(network), wire_(std::move(wire)), own_(side) {}
  ~SimulatedConnection() override { close(); }

  link::Transfer read(std::span<std::byte> into) override {
    Wire::Side& own = wire_->sides[own_];
    if (own.arrived.empty())
      return {.would_block = !own.ended, .ended = own.ended, .error_number = own.error_number};
    std::size_t bytes = std::min(into.size(), own.arrived.size());
    if (network_.world_.chance(10)) bytes = 1 + network_.world_.below(bytes);
    auto end = own.arrived.begin() + static_cast<std::ptrdiff_t>(bytes);
    std::copy(own.arrived.begin(), end, into.begin());
    own.arrived.erase(own.arrived.begin(), end);
    return {.bytes = bytes};
  }

  link::Transfer write(std::span<const ByteView> pieces) override {
    Wire::Side& own = wire_->sides[own_];
    Wire::Side& other = wire_->sides[1 - own_];
    if (own.closed || own.ended || other.closed || wire_->cut) return {.ended = true, .error_number = EPIPE};
    auto bytes = std::make_shared<std::vector<std::byte>>();
    for (ByteView piece : pieces) bytes->insert(bytes->end(), piece.begin(), piece.end());
    // A socket that has carried nothing takes a greeting or its refusal whole.
    bool part = bytes->size() > 256 && network_.world_.chance(10);
    if (part) bytes->resize(bytes->size() / 2);
    other.in_flight += bytes->size();
    network_.deliver(wire_, 1 - own_, [wire = wire_, to = 1 - own_, bytes] {
      Wire::Side& side = wire->sides[to];
      side.in_flight -= bytes->size();
      if (!wire->cut && !side.ended) side.arrived.insert(side.arrived.end(), bytes->begin(), bytes->end());
    });
    own.blocked = part;
    return {.bytes = bytes->size(), .would_block = part};
  }

  void wait_readable(std::shared_ptr<Sink> sink) override {
    wire_->sides[own_].reader = std::move(sink);
    network_.notify(wire_->sides[own_]);
  }
  void wait_writable(std::shared_ptr<Sink> sink) override {
    network_.world_.after(network_.delay_ns(), [wire = wire_, own = own_, sink = std::move(sink)] {
      Wire::Side& side = wire->sides[own];
      side.blocked = false;
      if (!side.closed) side.loop->post([sink] { sink->writable(); });
    });
  }
  void close() override {
    Wire::Side& own = wire_->sides[own_];
    own.reader.reset();  // also of a node that has crashed: the reader holds this connection
    own.arrived.clear();
    if (std::exchange(own.closed, true)) return;
    network_.deliver(wire_, 1 - own_, [wire = wire_, to = 1 - own_] { wire->sides[to].ended = true; });
  }
  std::optional<std::uint32_t> peer_user() const override { return std::nullopt; }

 private:
  Network& network_;
  const std::shared_ptr<Wire> wire_;
  const std::size_t own_;
};

void Network::notify(Wire::Side& side) {
  if (!side.reader || (side.arrived.empty() && !side.ended)) return;
  side.loop->post([sink = std::move(side.reader)] { sink->readable(); });
  side.reader.reset();
}

void Network::deliver(const std::shared_ptr<Wire>& wire, std::size_t to, std::function<void()> arrival) {
  Wire::Side& side = wire->sides[to];
  side.last_arrival_ns = std::max(side.last_arrival_ns, world_.now_ns() + delay_ns());
  world_.at(side.last_arrival_ns, [this, wire, to, arrival = std::move(arrival)] {
    arrival();
    notify(wire->sides[to]);
  });
}

bool Network::cut(std::size_t a, std::size_t b, bool quietly) {
  for (const auto& weak : wires_) {
    auto wire = weak.lock();
    if (!wire || wire->cut || !wire->joins(a, b) || (quietly && !wire->quiet())) continue;
    wire->cut = true;
    for (Wire::Side& side : wire->sides) {
      side.arrived.clear();
      side.ended = true;
      side.error_number = ECONNRESET;
      notify(side);
    }
    return true;
  }
  return false;
}

void Network::crash(std::size_t node) {
  nodes_[node].crashed = true;
  for (const auto& weak : wires_) {
    auto wire = weak.lock();
    if (!wire) continue;
    for (std::size_t own = 0; own < 2; ++own)
      if (wire->sides[own].node == node && !std::exchange(wire->sides[own].closed, true))
        deliver(wire, 1 - own, [wire, to = 1 - own] { wire->sides[to].ended = true; });
  }
}

void SimulatedTransport::dial(const std::string& endpoint, link::Dialed dialed) {
  World& world = network_.world_;
  std::size_t to = std::stoul(endpoint.substr(4));
  world.after(network_.delay_ns(), [this, to, dialed = std::move(dialed)] {
    Network::NodeEntry& own = network_.nodes_[node_];
    Network::NodeEntry& other = network_.nodes_[to];
    if (other.crashed)
      return own.loop->post([dialed] { dialed(failure(ErrorKind::unreachable, "nobody listens there")); });
    auto wire = std::make_shared<Wire>();
    wire->sides[0].loop = own.loop;
    wire->sides[0].node = node_;
    wire->sides[1].loop = other.loop;
    wire->sides[1].node = to;
    std::erase_if(network_.wires_, [](const auto& old) { return old.expired(); });
    network_.wires_.push_back(wire);
    auto accepted = std::make_shared<std::unique_ptr<link::Connection>>(
        std::make_unique<SimulatedConnection>(network_, wire, 1));
    other.loop->post([&other, accepted] { other.accepted(std::move(*accepted)); });
    auto made = std::make_shared<std::unique_ptr<link::Connection>>(
        std::make_unique<SimulatedConnection>(network_, wire, 0));
    own.loop->post([dialed, made] { dialed(std::move(*made)); });
  });
}

Result<std::unique_ptr<link::Listener>> SimulatedTransport::listen(const std::string&,
                                                                   link::Accepted accepted) {
  network_.nodes_[node_].accepted = std::move(accepted);
  return std::make_unique<link::Listener>();
}

Result<std::unique_ptr<link::Listener>> SimulatedTransport::adopt(int, link::Accepted) {
  return failure(ErrorKind::refused, "nothing is handed over here");
}

}  // namespace circuit::lang::simulation
