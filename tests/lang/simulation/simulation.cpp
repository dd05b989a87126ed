#include "lang/simulation/simulation.hpp"

#include <fmt/format.h>

#include "lang/promise.hpp"

namespace circuit::lang::simulation {
namespace {

constexpr std::uint64_t door_id = 100;
constexpr std::uint64_t ms = 1'000'000;
/// No run takes more; one that does goes round in circles.
constexpr std::size_t most_steps = 2'000'000;

/// What each node lets the others do.
struct Doors {
  RemoteMethod<void(ThingRef)> take{"simulation.take"};
  RemoteMethod<ThingRef()> give{"simulation.give"};
  RemoteMethod<ThingRef(ThingRef)> swap{"simulation.swap"};
  RemoteMethod<void(ThingRef, Address)> relay{"simulation.relay"};
  RemoteMethod<int()> poke{"circuit::lang::simulation::Thing.poke"};
};
const Doors& doors() {
  static const Doors instance;
  return instance;
}

Address address_of(std::size_t index) {
  Address address;
  address.id = WorkerId{0xa0 + index};
  address.incarnation = 1;
  address.host = "simulated";
  address.endpoint = Network::endpoint_of(index);
  return address;
}

}  // namespace

namespace {

/// Ends a call through a reference that was not there yet.
class Poked final : public Completion {
 public:
  Poked(Simulation& simulation, std::size_t from, TargetPointer promised)
      : simulation_(simulation), from_(from), promised_(std::move(promised)) {}
  void complete(Reply) override { simulation_.poked(from_, promised_, nullptr); }
  void fail(const Failure& failure) override { simulation_.poked(from_, promised_, &failure); }

 private:
  Simulation& simulation_;
  const std::size_t from_;
  const TargetPointer promised_;
};

}  // namespace

Thing::Thing(Simulation& s) : simulation(s) { simulation.thing_made(); }
Thing::~Thing() { simulation.thing_freed(); }

Participant::Participant(World& world, Network& network, std::size_t index)
    : loop(world), transport(network, index) {
  world.add(loop);
  network.add(loop);
  Node::Parts parts;
  parts.address = address_of(index);
  parts.role = wire::Role::worker;
  parts.loop = &loop;
  parts.transport = &transport;
  parts.random = &world;
  parts.recorder = value_or_throw(record::Recorder::create(parts.address.id.value, 64));
  node = std::make_unique<Node>(std::move(parts));
  value_or_throw(node->peers().listen(node->own_address().endpoint));
}

Simulation::Simulation(std::uint64_t seed, const Plan& plan) : world_(seed), plan_(plan) {
  for (std::size_t i = 0; i < plan_.nodes; ++i)
    participants_.push_back(std::make_unique<Participant>(world_, network_, i));
  for (auto& participant : participants_) offer_doors(*participant);
}

Simulation::~Simulation() {
  ending_ = true;
  for (auto& participant : participants_) participant->loop.stop();
  for (auto& participant : participants_) participant->node->stop();
  for (auto& participant : participants_) participant->bag.clear();
  for (auto& participant : participants_) participant->loop.drain();
  world_.forget_events();
}

void Simulation::offer_doors(Participant& participant) {
  participant.node->peers().set_ask_fate([this, &participant](const Address& address, auto told) {
    world_.after(world_.below(20 * ms), [this, &participant, address, told] {
      const bool dead = participants_[address.id.value - 0xa0]->crashed;
      participant.loop.post([told, dead] { told({dead, dead ? "it has crashed" : ""}); });
    });
  });
  auto servant = std::make_shared<MethodServant>("simulation");
  std::size_t own = participants_.size();
  for (std::size_t i = 0; i < participants_.size(); ++i)
    if (participants_[i].get() == &participant) own = i;
  servant->on(doors().take, [&participant](IncomingCallPointer call, ThingRef thing) {
    participant.bag.push_back(std::move(thing));
    answer(*call, Result<void>());
  });
  servant->on(doors().give,
              [this, own](IncomingCallPointer call) { answer(*call, Result<ThingRef>(pick(own))); });
  servant->on(doors().swap, [this, own, &participant](IncomingCallPointer call, ThingRef thing) {
    ThingRef other = pick(own);
    participant.bag.push_back(std::move(thing));
    answer(*call, Result<ThingRef>(other));
  });
  servant->on(doors().relay, [this, own](IncomingCallPointer call, ThingRef thing, Address to) {
    auto shared = std::make_shared<IncomingCallPointer>(std::move(call));
    start_call(*participants_[own]->node, participants_[own]->node->peers().find_or_add(to), door_id,
               doors().take, {}, std::function([shared](Result<void> done) {
                 answer(**shared, done);
                 shared->reset();
               }),
               thing);
  });
  participant.node->dispatcher().publish(door_id, servant);
}

// -- what happens -------------------------------------------------------------------------------------------

void Simulation::schedule() {
  const std::uint64_t span = 400 * ms;
  for (int i = 0; i < plan_.operations; ++i) world_.after(world_.below(span), [this] { operate(); });
  for (int i = 0; i < plan_.quiet_cuts; ++i) world_.after(world_.below(span), [this] { cut(true); });
  for (int i = 0; i < plan_.harsh_cuts; ++i) world_.after(world_.below(span), [this] { cut(false); });
  for (int i = 0; i < plan_.crashes; ++i) world_.after(world_.below(span), [this] { crash(); });
  for (int i = 0; i < plan_.pauses; ++i) world_.after(world_.below(span), [this] { pause(); });
}

std::string Simulation::run() {
  schedule();
  std::size_t steps = 0;
  auto run_out = [&] {
    while (wrong_.empty() && world_.step())
      if (++steps > most_steps) wrong("it never comes to rest");
  };
  run_out();
  check_holders();
  end_operations();
  run_out();
  if (wrong_.empty()) check_end();
  return wrong_;
}

void Simulation::operate() {
  const std::size_t from = living(), to = living(), third = living();
  const std::uint64_t what = world_.below(14);
  participants_[from]->loop.post([this, from, to, third, what] {
    if (ending_) return;
    check_holders();
    Participant& own = *participants_[from];
    if (what < 2)
      own.bag.push_back(
          ThingRef(make_object_target(*own.node, std::make_shared<Thing>(*this), interface_of<Thing>())));
    else if (what < 4)
      drop(from);
    else if (what < 5)
      poke(from);
    else if (from == to)
      return;
    else if (what < 7)
      give(from, to);
    else if (what < 9)
      ask(from, to);
    else if (what < 10)
      swap(from, to);
    else if (what < 12)
      pipeline(from, to);
    else if (third != to)
      relay(from, to, third);
  });
}

void Simulation::give(std::size_t from, std::size_t to) {
  start_call(*participants_[from]->node, peer(from, to), door_id, doors().take, {},
             std::function([this](Result<void> done) {
               if (done.has_error()) check_failure("give", done.error());
             }),
             pick(from));
}

void Simulation::ask(std::size_t from, std::size_t to) {
  start_call(*participants_[from]->node, peer(from, to), door_id, doors().give, {},
             std::function([this, from](Result<ThingRef> thing) {
               if (thing.has_error()) return check_failure("ask", thing.error());
               participants_[from]->bag.push_back(*thing);
             }));
}

void Simulation::swap(std::size_t from, std::size_t to) {
  start_call(*participants_[from]->node, peer(from, to), door_id, doors().swap, {},
             std::function([this, from](Result<ThingRef> thing) {
               if (thing.has_error()) return check_failure("swap", thing.error());
               participants_[from]->bag.push_back(*thing);
             }),
             pick(from));
}

void Simulation::relay(std::size_t from, std::size_t over, std::size_t to) {
  start_call(*participants_[from]->node, peer(from, over), door_id, doors().relay, {},
             std::function([this](Result<void> done) {
               if (done.has_error()) check_failure("relay", done.error());
             }),
             pick(from), address_of(to));
}

void Simulation::poke(std::size_t from) {
  ThingRef thing = pick(from);
  auto import = std::dynamic_pointer_cast<Import>(thing.target());
  if (!import || import->broken()) return;
  start_call(*participants_[from]->node, import->owner(), import->object(), doors().poke, {},
             std::function([this, thing](Result<int> answer) {
               if (answer.has_error()) check_failure("poke", answer.error());
             }));
}

void Simulation::pipeline(std::size_t from, std::size_t to) {
  Node& node = *participants_[from]->node;
  OutgoingCall ask(node.imports().fixed(peer(from, to), door_id, "simulation"), doors().give.id(), {},
                   "give");
  encode_arguments(ask.arguments());
  TargetPointer promised = ask.pipeline(interface_of<Thing>().name);
  for (std::uint64_t pokes = 1 + world_.below(3); pokes > 0; --pokes) {
    OutgoingCall poke(promised, doors().poke.id(), {}, "poke");
    encode_arguments(poke.arguments());
    poke.start(std::make_unique<Poked>(*this, from, promised));
  }
}

void Simulation::poked(std::size_t from, const TargetPointer& promised, const Failure* failure) {
  if (failure == nullptr)
    participants_[from]->bag.push_back(ThingRef(settled(promised)));
  else if (failure->text != "a call through an empty reference")
    check_failure("pipeline", *failure);
}

void Simulation::drop(std::size_t from) {
  auto& bag = participants_[from]->bag;
  if (bag.empty()) return;
  auto place = bag.begin() + static_cast<std::ptrdiff_t>(world_.below(bag.size()));
  ThingRef gone = std::move(*place);  // ends when the bag is whole again: the oracle looks into it
  bag.erase(place);
}

// -- what goes wrong ----------------------------------------------------------------------------------------

void Simulation::cut(bool quietly) {
  const std::size_t a = living(), b = living();
  if (!network_.cut(a, b, quietly)) return;
  ++cuts_;
  if (!quietly) ++harsh_cuts_;
}

void Simulation::crash() {
  const std::size_t index = living();
  Participant& gone = *participants_[index];
  ++crashes_;
  gone.crashed = true;
  gone.loop.pause_until(UINT64_MAX);
  network_.crash(index);
  for (std::size_t i = 0; i < participants_.size(); ++i)
    if (i != index) world_.after(world_.below(500 * ms), [this, i, index] { learn(i, index); });
}

void Simulation::learn(std::size_t who, std::size_t crashed) {
  Participant& own = *participants_[who];
  if (own.crashed) return;
  own.loop.post([this, &own, who, crashed] {
    PeerPointer known = own.node->peers().find(address_of(crashed).id);
    if (!known || known->verdict()) return;
    // Also who has no link to it just now: a word that cannot be sent brings the verdict, unless an earlier
    // loss is being looked into.
    static_cast<void>(known->send(wire::FrameKind::pong, 0, {}));
    world_.after(100 * ms, [this, who, crashed] { learn(who, crashed); });
  });
}

void Simulation::pause() {
  ++pauses_;
  SimulatedLoop& loop = participants_[living()]->loop;
  const std::uint64_t end = world_.now_ns() + (world_.chance(20) ? 40'000 * ms : world_.below(100 * ms));
  loop.pause_until(end);
  world_.at(end, [] {});
}

// -- the oracle ---------------------------------------------------------------------------------------------

PeerPointer Simulation::peer(std::size_t from, std::size_t to) {
  return participants_[from]->node->peers().find_or_add(address_of(to));
}

ThingRef Simulation::pick(std::size_t from) {
  auto& bag = participants_[from]->bag;
  return bag.empty() ? ThingRef() : bag[world_.below(bag.size())];
}

std::size_t Simulation::living() {
  for (;;)
    if (std::size_t index = world_.below(participants_.size()); !participants_[index]->crashed) return index;
}

void Simulation::thing_freed() {
  --things_;
  if (!ending_) check_holders();
}

void Simulation::check_holders() {
  for (auto& holder : participants_) {
    if (holder->crashed) continue;
    for (const ThingRef& thing : holder->bag) {
      auto import = std::dynamic_pointer_cast<Import>(thing.target());
      if (!import || !import->confirmed()) continue;
      Participant& owner = *participants_[import->address().id.value - 0xa0];
      if (!owner.crashed && !owner.node->exports().find(import->object(), holder->node->own_id()))
        wrong(fmt::format("object {:016x} of {} is freed, and {} holds it", import->object(),
                          import->address().string(), holder->node->own_address().string()));
    }
  }
}

void Simulation::end_operations() {
  for (auto& participant : participants_)
    if (!participant->crashed)
      participant->loop.post([&bag = participant->bag] {
        std::vector<ThingRef> gone;
        gone.swap(bag);
      });
}

void Simulation::check_end() {
  // What a link that is not resumed has lost on the way is lost to the counts as well.
  if (harsh_cuts_ > 0) return;
  for (auto& participant : participants_) {
    if (participant->crashed) continue;
    Node& node = *participant->node;
    if (node.exports().size() + node.imports().size() + node.handovers().size() + node.results().size() > 0)
      wrong(fmt::format("in the end {} has {} exports, {} imports, {} hand-overs and {} results",
                        node.own_address().string(), node.exports().size(), node.imports().size(),
                        node.handovers().size(), node.results().size()));
  }
  if (crashes_ == 0 && things_ > 0) wrong(fmt::format("in the end {} things are left", things_));
}

void Simulation::check_failure(const char* what, const Failure& failure) {
  if (ending_) return;
  switch (failure.kind) {
    case ErrorKind::dead:
      if (crashes_ > 0) return;
      break;
    case ErrorKind::unreachable:
      // A process that is paused does not say hello in time.
      if (cuts_ + pauses_ > 0) return;
      break;
    case ErrorKind::deadline:
      if (pauses_ > 0) return;
      break;
    // The giver of a reference has died, or the claim was lost, before it was claimed.
    case ErrorKind::refused:
    case ErrorKind::invalid:
      if (crashes_ + harsh_cuts_ > 0) return;
      break;
    default: break;
  }
  wrong(fmt::format("{} failed: {}: {}", what, name_of(failure.kind), failure.text));
}

void Simulation::wrong(std::string what) {
  if (wrong_.empty()) wrong_ = std::move(what);
}

}  // namespace circuit::lang::simulation
