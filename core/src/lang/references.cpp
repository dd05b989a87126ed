#include "lang/references.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <circuit/value/codec.hpp>

#include "base/limits.hpp"
#include "lang/node.hpp"
#include "lang/promise.hpp"
#include "value/evolution.hpp"
#include "value/tags.hpp"

namespace circuit::lang {
namespace {

/// Where the object lives, as seen by the writer.
enum class Form : std::uint64_t { writers_own = 0, readers_own = 1, of_another = 2, permanent = 3 };

std::uint64_t fields_of(Form form) {
  switch (form) {
    case Form::writers_own:
    case Form::readers_own: return 3;
    case Form::of_another: return 6;
    case Form::permanent: return 4;
  }
  return 0;
}

/// The name alone where there is no other.
void encode_names(Encoder& encoder, const InterfaceNames& names) {
  if (!names.bases.empty()) encoder.array(1 + names.bases.size());
  encoder.text(names.name);
  for (const std::string& base : names.bases) encoder.text(base);
}

/// The name of a channel's interface is a descriptor: its values may be of a type that has grown.
bool is_channel(std::string_view interface) { return interface.starts_with("channel<"); }

/// What they claim is taken for granted here: a method that the object has not is refused by its owner.
InterfaceNames decode_names(Decoder& decoder) {
  std::uint64_t count = decoder.peek() == Decoder::Type::array ? decoder.array() : 1;
  if (decoder.ok() && (count == 0 || count > limits::interface_names))
    decoder.fail(fmt::format("a reference names 1 to {} interfaces", limits::interface_names));
  InterfaceNames names{std::string(decoder.text())};
  for (std::uint64_t i = 1; i < count && decoder.ok(); ++i) names.bases.emplace_back(decoder.text());
  return names;
}

/// What follows the names.
TargetPointer rest_of_permanent(Node& node, Decoder& decoder, std::uint64_t object,
                                const InterfaceNames& interfaces) {
  Address owner;
  circuit::decode(decoder, owner);
  if (decoder.ok() && !owner.id) decoder.fail("a permanent reference to an object of nobody");
  if (!decoder.ok()) return nullptr;
  if (owner.id == node.own_id()) {
    ServantPointer servant = node.exports().find_pinned(object);
    return servant && owner.incarnation == node.own_address().incarnation
               ? make_permanent_target(make_local_target(node, std::move(servant)))
               : nullptr;
  }
  PeerPointer peer = node.peers().find_or_add(owner);
  // A process that has the id in another incarnation is another one.
  if (peer->address().incarnation != owner.incarnation) return nullptr;
  return node.imports().permanent(peer, object, interfaces);
}

/// Calls `found` with each reference: what follows its tag, and the position of the tag.
template <class Found>
void scan(Decoder& decoder, Found& found) {
  if (!decoder.enter()) return;
  switch (decoder.peek()) {
    case Decoder::Type::array:
      for (std::uint64_t n = decoder.array(); n > 0 && decoder.ok(); --n) scan(decoder, found);
      break;
    case Decoder::Type::map:
      for (std::uint64_t n = decoder.map(); n > 0 && decoder.ok(); --n) {
        scan(decoder, found);
        scan(decoder, found);
      }
      break;
    case Decoder::Type::tag: {
      const std::size_t position = decoder.position();
      if (decoder.tag() == reference_tag)
        found(decoder, position);
      else
        scan(decoder, found);
      break;
    }
    default: decoder.skip();
  }
  decoder.leave();
}

/// Takes the references of one message.
class Taker {
 public:
  using Found = std::vector<std::pair<std::size_t, TargetPointer>>;

  Taker(Node& node, const PeerPointer& peer, Found& found) : node_(node), peer_(peer), found_(found) {}

  void operator()(Decoder& decoder, std::size_t position) {
    TargetPointer target = take(decoder);
    if (decoder.ok()) found_.emplace_back(position, std::move(target));
  }

 private:
  /// Null: the object is gone, or its sender does not hold it. That ends nothing here, because the references
  /// behind it have to be taken all the same.
  TargetPointer take(Decoder& decoder) {
    std::uint64_t fields = decoder.array();
    auto form = static_cast<Form>(decoder.unsigned_integer());
    std::uint64_t object = decoder.unsigned_integer();
    const std::size_t start = decoder.position();
    InterfaceNames interfaces = decode_names(decoder);
    if (decoder.ok() && fields != fields_of(form)) decoder.fail("a reference of an unknown form");
    if (!decoder.allocate(sizeof(Import) + 8 * (decoder.position() - start))) return nullptr;
    switch (form) {
      case Form::writers_own: return writers_own(object, interfaces);
      case Form::readers_own: return own(object);
      case Form::of_another: return of_another(decoder, object, interfaces);
      case Form::permanent: return rest_of_permanent(node_, decoder, object, interfaces);
    }
    decoder.fail("a reference of an unknown form");
    return nullptr;
  }

  TargetPointer writers_own(std::uint64_t object, const InterfaceNames& interfaces) {
    if (peer_) return node_.imports().received(peer_, object, interfaces);
    // Written by this process for itself: the object is at hand, and the count taken for the way is given
    // back.
    TargetPointer target = own(object);
    node_.exports().release(node_.own_id(), object, 1);
    return target;
  }

  TargetPointer own(std::uint64_t object) {
    ServantPointer servant = node_.dispatcher().find(object, peer_);
    return servant ? make_local_target(node_, std::move(servant)) : nullptr;
  }

  TargetPointer of_another(Decoder& decoder, std::uint64_t object, const InterfaceNames& interfaces) {
    Address owner;
    circuit::decode(decoder, owner);
    std::uint64_t handover = decoder.unsigned_integer();
    std::vector<std::uint64_t> ids;
    circuit::decode(decoder, ids);
    if (decoder.ok() && ids.size() > limits::reference_givers)
      decoder.fail("a reference that has gone through too many hands");
    if (!decoder.ok()) return nullptr;
    if (!peer_) return node_.handovers().take(handover);
    std::vector<WorkerId> others;
    for (std::uint64_t id : ids) others.push_back(WorkerId{id});
    if (owner.id && owner.id != node_.own_id())
      return node_.imports().handed_over(peer_, owner, object, interfaces, handover, others);
    decoder.fail("a reference handed over to its own owner");
    return nullptr;
  }

  Node& node_;
  const PeerPointer& peer_;
  Found& found_;
};

}  // namespace

ReferenceSession::~ReferenceSession() {
  for (const Written& written : written_) {
    if (written.held_object != 0)
      node_->exports().release(peer_ ? peer_->address().id : node_->own_id(), written.held_object, 1);
    if (written.handover != 0) node_->handovers().settle(peer_.get(), written.handover);
  }
}

void ReferenceSession::encode(Encoder& encoder, const TargetPointer& target) {
  WorkerId reader = peer_ ? peer_->address().id : node_->own_id();
  if (target->permanent()) {
    encode_permanent(encoder, *target);
    written_.push_back({target, 0, 0});
    return;
  }
  if (ServantPointer servant = local_servant(target)) {
    std::uint64_t object = node_->exports().hold(servant, reader);
    written_.push_back({target, object, 0});
    encoder.tag(reference_tag);
    encoder.array(3);
    encoder.unsigned_integer(static_cast<std::uint64_t>(Form::writers_own));
    encoder.unsigned_integer(object);
    encode_names(encoder, target->interfaces());
    return;
  }
  auto import = std::dynamic_pointer_cast<Import>(target);
  if (!import || &import->node() != node_)
    throw Error(ErrorKind::invalid, "a reference that belongs to another runtime of this process");
  bool readers_own = target->address().id == reader;
  encoder.tag(reference_tag);
  encoder.array(readers_own ? 3 : 6);
  encoder.unsigned_integer(static_cast<std::uint64_t>(readers_own ? Form::readers_own : Form::of_another));
  encoder.unsigned_integer(target->object());
  encode_names(encoder, target->interfaces());
  written_.push_back({target, 0, 0});
  if (readers_own) return;
  circuit::encode(encoder, target->address());
  written_.back().handover = node_->handovers().begin(peer_.get(), target);
  encoder.unsigned_integer(written_.back().handover);
  std::vector<std::uint64_t> givers;
  for (WorkerId giver : import->givers())
    if (givers.size() < limits::reference_givers) givers.push_back(giver.value);
  circuit::encode(encoder, givers);
}

std::vector<TargetPointer> ReferenceSession::targets() const {
  std::vector<TargetPointer> targets;
  for (const Written& written : written_) targets.push_back(written.target);
  return targets;
}

void rewrite(ByteView cbor, const std::vector<TargetPointer>& targets, Buffer& out, Encoder& encoder) {
  std::size_t copied = 0;
  auto target = targets.begin();
  auto found = [&](Decoder& decoder, std::size_t position) {
    decoder.skip();
    out.append(cbor.subspan(copied, position - copied));
    copied = decoder.position();
    if (target != targets.end()) encode_target(encoder, *target++);
  };
  Decoder decoder(cbor);
  if (!targets.empty()) scan(decoder, found);
  out.append(cbor.subspan(copied));
}

void take_back(Node& node, const PeerPointer& peer, ByteView cbor) {
  auto found = [&](Decoder& decoder, std::size_t) {
    const std::uint64_t fields = decoder.array();
    const auto form = static_cast<Form>(decoder.unsigned_integer());
    const std::uint64_t object = decoder.unsigned_integer();
    decoder.skip();  // the names
    if (form == Form::writers_own) node.exports().release(peer->address().id, object, 1);
    for (std::uint64_t field = 3; field < fields; ++field)
      if (form == Form::of_another && field == 4)
        node.handovers().settle(peer.get(), decoder.unsigned_integer());
      else
        decoder.skip();
  };
  Decoder decoder(cbor);
  scan(decoder, found);
}

Result<std::unique_ptr<ReceivedReferences>> ReceivedReferences::take(Node& node, const PeerPointer& peer,
                                                                     ByteView cbor) {
  auto references = std::make_unique<ReceivedReferences>();
  Decoder decoder(cbor);
  Taker taker(node, peer, references->at_);
  scan(decoder, taker);
  if (!decoder.ok()) return failure(ErrorKind::invalid, decoder.error());
  return references;
}

TargetPointer ReceivedReferences::decode(Decoder& decoder, std::string_view interface) {
  auto found =
      std::lower_bound(at_.begin(), at_.end(), decoder.position(),
                       [](const auto& entry, std::size_t position) { return entry.first < position; });
  if (found == at_.end() || found->first != decoder.position()) {
    decoder.fail(fmt::format("expected a reference to {}", interface));
    return nullptr;
  }
  TargetPointer target = checked(found->second, decoder, interface);
  if (target) decoder.skip();
  return target;
}

TargetPointer checked(TargetPointer target, Decoder& decoder, std::string_view interface) {
  if (!target) {
    decoder.fail("a reference to an object that is gone, or that its sender does not hold");
    return nullptr;
  }
  if (interface == any_interface || target->interfaces().include(interface)) return target;
  if (is_channel(interface) && check_readable(target->interface(), interface).has_value()) return target;
  decoder.fail(fmt::format("expected a reference to {}, got one to {}", interface, target->interface()));
  return nullptr;
}

void encode_permanent(Encoder& encoder, const Target& target) {
  encoder.tag(reference_tag);
  encoder.array(fields_of(Form::permanent));
  encoder.unsigned_integer(static_cast<std::uint64_t>(Form::permanent));
  encoder.unsigned_integer(target.object());
  encode_names(encoder, target.interfaces());
  circuit::encode(encoder, target.address());
}

TargetPointer decode_permanent(Node& node, Decoder& decoder) {
  if (decoder.peek() != Decoder::Type::tag || decoder.tag() != reference_tag ||
      decoder.array() != fields_of(Form::permanent) ||
      decoder.unsigned_integer() != static_cast<std::uint64_t>(Form::permanent)) {
    decoder.fail("expected a permanent reference");
    return nullptr;
  }
  std::uint64_t object = decoder.unsigned_integer();
  InterfaceNames interfaces = decode_names(decoder);
  return rest_of_permanent(node, decoder, object, interfaces);
}

void encode_target(Encoder& encoder, const TargetPointer& given) {
  const TargetPointer target = settled(given);
  if (!target) return encoder.null();
  if (encoder.references() == nullptr)
    throw Error(ErrorKind::invalid, "a reference can stand in arguments and results only");
  encoder.references()->encode(encoder, target);
}

TargetPointer decode_permanent_target(Decoder& decoder, std::string_view interface) {
  TargetPointer target = decode_target(decoder, interface);
  if (!target || target->permanent()) return target;
  decoder.fail(fmt::format("expected a permanent reference to {}, got a counted one", interface));
  return nullptr;
}

TargetPointer decode_target(Decoder& decoder, std::string_view interface) {
  if (decoder.null() || !decoder.ok()) return nullptr;
  if (decoder.references() == nullptr) {
    decoder.fail("a reference can stand in arguments and results only");
    return nullptr;
  }
  return decoder.references()->decode(decoder, interface);
}

}  // namespace circuit::lang
