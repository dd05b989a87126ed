// What the bodies of frames mean. docs/wire.md specifies every byte.
#pragma once

#include <cstdint>
#include <vector>

#include <circuit/bytes.hpp>
#include <circuit/identity.hpp>

#include "base/result.hpp"

namespace circuit::wire {

/// The versions of the protocol that this library speaks.
inline constexpr std::uint16_t version_min = 1;
inline constexpr std::uint16_t version_max = 1;

/// What a process says it is. The numbers go over the wire.
enum class Role : std::uint8_t {
  app = 1,
  worker = 2,
  agent = 3,
  console = 4,  ///< looks on and steers; not shown itself
};

/// Body of hello and welcome: magic, version range, features, then CBOR of the rest.
struct Hello {
  std::uint16_t version_min = wire::version_min;
  std::uint16_t version_max = wire::version_max;
  std::uint64_t features = 0;
  Address address;
  Role role = Role::app;
  /// Largest body that the sender takes, in bytes.
  std::uint64_t body_limit = 0;
  /// Most calls that the sender lets be in flight to it.
  std::uint64_t call_limit = 0;
};

Buffer encode_hello(const Hello& hello);
/// Refuses another magic, a version range that does not meet ours (both are named), and nonsense.
Result<Hello> decode_hello(ByteView body);

/// The fixed head of a call's body; CBOR of the array of arguments follows.
struct CallHead {
  static constexpr std::size_t size = 40;

  /// With to_result: the sender's id of another call, to whose result this one goes.
  std::uint64_t object = 0;
  std::uint64_t method = 0;
  /// Names the flow of control that the call belongs to: what blocks within it may enter what it holds.
  std::uint64_t chain = 0;
  /// The call at the caller from within which this one was made, or 0.
  std::uint64_t parent = 0;
  /// Time that remains; 0: no deadline.
  std::uint32_t remaining_ms = 0;
  std::uint16_t depth = 0;
  bool to_result = false;
  /// Calls to what this one returns may come before the answer has gone out.
  bool keep_result = false;

  void write(std::byte* out) const noexcept;
  static Result<CallHead> read(ByteView body);
};

Buffer encode_failure(const Failure& failure);
/// A failure that cannot be read is a failure too, and says so.
Failure decode_failure(ByteView body);

/// A reference of the peer's that the sender has let go of.
struct Drop {
  std::uint64_t object = 0;
  /// How often the sender had received it since it last dropped it.
  std::uint64_t count = 0;
};

Buffer encode_drops(const std::vector<Drop>& drops);
Result<std::vector<Drop>> decode_drops(ByteView body);

}  // namespace circuit::wire
