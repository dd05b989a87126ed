// References on the wire: written for one peer, read from one peer.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <circuit/detail/call.hpp>

#include "base/result.hpp"
#include "lang/peer.hpp"

namespace circuit::lang {

class Node;

/// Writes a permanent reference, which says all that there is to say of it.
void encode_permanent(Encoder& encoder, const Target& target);
/// Reads the tag and what follows of a permanent reference; any other makes the decoder fail. Null, while the
/// decoder is well: the object is gone.
TargetPointer decode_permanent(Node& node, Decoder& decoder);
/// The target, if it can be referred to as `interface`; else null, and the decoder has failed.
TargetPointer checked(TargetPointer target, Decoder& decoder, std::string_view interface);

/// Writes references into one message for one peer (null: this process itself), and takes them back when the
/// message is not sent after all. Keeps what it has written alive until then, so that no drop overtakes the
/// message.
class ReferenceSession final : public ReferenceEncoder {
 public:
  ReferenceSession(Node& node, PeerPointer peer) : node_(&node), peer_(std::move(peer)) {}
  ReferenceSession(ReferenceSession&&) noexcept = default;
  ReferenceSession& operator=(ReferenceSession&&) = delete;
  /// Takes back what was not committed.
  ~ReferenceSession() override;

  void encode(Encoder& encoder, const TargetPointer& target) override;
  Node& node() const noexcept { return *node_; }
  /// What was written, in this order.
  std::vector<TargetPointer> targets() const;
  /// Whether anything was written.
  bool any() const noexcept { return !written_.empty(); }
  /// The message is on its way: the peer holds what was written.
  void commit() noexcept { written_.clear(); }

 private:
  struct Written {
    TargetPointer target;
    /// 0: none.
    std::uint64_t held_object = 0;
    std::uint64_t handover = 0;
  };

  Node* node_;
  PeerPointer peer_;
  std::vector<Written> written_;
};

/// Appends `cbor`, in which references to `targets` stand in this order, to `out`, and writes these anew with
/// `encoder`, which writes to `out`.
void rewrite(ByteView cbor, const std::vector<TargetPointer>& targets, Buffer& out, Encoder& encoder);

/// Gives back what the references in `cbor`, which was written for `peer` and never sent, have counted and
/// kept.
void take_back(Node& node, const PeerPointer& peer, ByteView cbor);

/// The references that stood in one message. They are taken when the message arrives, in the order of the
/// link, so that counts are right whatever becomes of the message; those that nobody decodes are dropped with
/// this.
class ReceivedReferences final : public ReferenceDecoder {
 public:
  /// Takes every reference in `cbor`, which `peer` (null: this process itself) wrote. On the loop, at
  /// arrival.
  static Result<std::unique_ptr<ReceivedReferences>> take(Node& node, const PeerPointer& peer, ByteView cbor);

  /// The reference at the decoder's position, which counts from the start of the same `cbor`.
  TargetPointer decode(Decoder& decoder, std::string_view interface) override;

 private:
  std::vector<std::pair<std::size_t, TargetPointer>> at_;
};

}  // namespace circuit::lang
