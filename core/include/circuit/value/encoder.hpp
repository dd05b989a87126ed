// Encoder: writes values as CBOR (RFC 8949), item by item, with no tree in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <circuit/bytes.hpp>

namespace circuit {

/// Writes references to objects of this process; the calling side of the library defines it.
class ReferenceEncoder;

/// Appends CBOR to a Buffer: definite lengths, and of each item the shortest form (RFC 8949, 4.1).
/// The caller writes as many items after array() and map() as it has announced; nothing checks that.
/// Thread safety: none; one owner. Lifetime: the buffer and the reference encoder outlive it.
class Encoder {
 public:
  explicit Encoder(Buffer& out, ReferenceEncoder* references = nullptr) noexcept
      : out_(&out), references_(references) {}

  void null();
  void boolean(bool value);
  void unsigned_integer(std::uint64_t value);
  void signed_integer(std::int64_t value);
  /// As 16 bits where that loses nothing, else as 32. Every NaN is written as the same NaN.
  void float32(float value);
  /// As 16 or 32 bits where that loses nothing, else as 64.
  void float64(double value);
  /// `value` ought to be UTF-8; it is not checked.
  void text(std::string_view value);
  void bytes(ByteView value);
  /// Announces `count` items.
  void array(std::uint64_t count);
  /// Announces `count` pairs of a key and a value.
  void map(std::uint64_t count);
  /// A tag for the one item that follows.
  void tag(std::uint64_t number);

  Buffer& out() noexcept { return *out_; }
  /// What writes references, or nullptr where a value must hold none.
  ReferenceEncoder* references() const noexcept { return references_; }

 private:
  Buffer* out_;
  ReferenceEncoder* references_;
};

}  // namespace circuit
