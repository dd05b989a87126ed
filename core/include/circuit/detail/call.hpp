// What the typed templates of the public headers stand on: an object somewhere, and a call to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <circuit/bytes.hpp>
#include <circuit/error.hpp>
#include <circuit/identity.hpp>
#include <circuit/value/decoder.hpp>
#include <circuit/value/encoder.hpp>

namespace circuit::lang {

class Node;
class Peer;
class Servant;

/// An object in this process or another one. Holding a Target keeps a counted reference to it; the last one
/// to go gives the reference back. Thread safety: any thread.
class Target {
 public:
  virtual ~Target() = default;
  /// The process in which the object lives.
  virtual const Address& address() const = 0;
  virtual std::uint64_t object() const = 0;
  /// Name of its interface: `Reducer`, `channel<i32>`.
  virtual const std::string& interface() const = 0;
  virtual Node& node() const = 0;
};
using TargetPointer = std::shared_ptr<Target>;

/// A Target for an object of this process that can be called by `servant`.
TargetPointer make_local_target(Node& node, std::shared_ptr<Servant> servant);
/// The object itself, when it lives in this process and was made through `node`; else null.
std::shared_ptr<Servant> local_servant(const TargetPointer& target);

struct CallOptions {
  /// nullopt: the default (30 s). Zero: none.
  std::optional<std::chrono::milliseconds> deadline;
};

/// The answer to a call, with what is needed to decode references in it.
class Reply {
 public:
  Reply(Buffer body, std::unique_ptr<ReferenceDecoder> references);
  Reply(Reply&&) noexcept;
  ~Reply();
  /// Reads the value. `read` is handed the decoder; what it finds wrong is thrown as Error{invalid}.
  template <class T>
  T value();
  /// The value as it came, in CBOR.
  ByteView bytes() const noexcept { return body_.view(); }

 private:
  void check(const Decoder& decoder) const;

  Buffer body_;
  std::unique_ptr<ReferenceDecoder> references_;
};

/// One call: encode the arguments, then run() it.
/// Lifetime: on the stack of the caller.
class OutgoingCall {
 public:
  /// `name`: the method as people call it, for the recorder; empty for a registered function, which has one.
  OutgoingCall(const TargetPointer& target, std::uint64_t method, CallOptions options,
               std::string_view name = {});
  ~OutgoingCall();
  OutgoingCall(const OutgoingCall&) = delete;
  OutgoingCall& operator=(const OutgoingCall&) = delete;

  /// Takes the array of arguments.
  Encoder& arguments() noexcept;
  /// Sends the call and blocks for the answer. Throws Error.
  Reply run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace circuit::lang

namespace circuit {

/// Writes references for one peer. A reference is counted for the peer as it is written.
class ReferenceEncoder {
 public:
  virtual ~ReferenceEncoder() = default;
  virtual void encode(Encoder& encoder, const lang::TargetPointer& target) = 0;
};

/// Reads references that one peer wrote.
class ReferenceDecoder {
 public:
  virtual ~ReferenceDecoder() = default;
  /// The target, or null after decoder.fail(). `interface` is what the reader expects.
  virtual lang::TargetPointer decode(Decoder& decoder, std::string_view interface) = 0;
};

namespace lang {
/// Writes a reference (or null) where a Codec meets one; fails where references cannot stand.
void encode_target(Encoder& encoder, const TargetPointer& target);
TargetPointer decode_target(Decoder& decoder, std::string_view interface);
}  // namespace lang

}  // namespace circuit
