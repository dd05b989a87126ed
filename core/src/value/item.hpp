// One CBOR item: its head, and the bytes of a text or byte string. The only reader of CBOR bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include <circuit/bytes.hpp>
#include <circuit/value/decoder.hpp>

namespace circuit {

struct Item {
  /// `cut`: the bytes end within the item. `indefinite`: of indefinite length, which no reader here accepts.
  enum class Status { whole, cut, invalid, indefinite };

  Status status = Status::invalid;
  Decoder::Type type = Decoder::Type::invalid;
  /// A whole number (a negative one as -1 - number), a count, a tag, 0 or 1 of a boolean.
  std::uint64_t number = 0;
  double real = 0;
  /// The content of text and bytes; of a cut one as much as there is.
  ByteView payload;
  /// Bytes of the item, without the items that an array, a map or a tag holds.
  std::size_t size = 0;
};

/// Reads the item at the start of `in`, which is not empty. Never fails otherwise than by its status.
Item read_item(ByteView in) noexcept;

}  // namespace circuit
