// The typed arrays of RFC 8746, for readers that do not know the type beforehand.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <variant>

#include <circuit/bytes.hpp>

namespace circuit {

/// What a tag says of the bytes under it.
struct TypedArray {
  enum class Kind : std::uint8_t { unsigned_integer, signed_integer, floating };
  Kind kind = Kind::unsigned_integer;
  std::size_t item_bytes = 1;

  /// Nothing for a tag that stands for no typed array, or for one in an order or size that Circuit does not
  /// write.
  static std::optional<TypedArray> of(std::uint64_t tag) noexcept {
    switch (tag) {
      case 64:
        return TypedArray{Kind::unsigned_integer, 1};
      case 69:
        return TypedArray{Kind::unsigned_integer, 2};
      case 70:
        return TypedArray{Kind::unsigned_integer, 4};
      case 71:
        return TypedArray{Kind::unsigned_integer, 8};
      case 72:
        return TypedArray{Kind::signed_integer, 1};
      case 77:
        return TypedArray{Kind::signed_integer, 2};
      case 78:
        return TypedArray{Kind::signed_integer, 4};
      case 79:
        return TypedArray{Kind::signed_integer, 8};
      case 85:
        return TypedArray{Kind::floating, 4};
      case 86:
        return TypedArray{Kind::floating, 8};
      default:
        return std::nullopt;
    }
  }

  using Number = std::variant<std::uint64_t, std::int64_t, double>;

  /// The item whose `item_bytes` bytes start at `at`.
  Number read(const std::byte* at) const noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, at, item_bytes);
    if (kind == Kind::unsigned_integer) return bits;
    if (kind == Kind::signed_integer) {
      const std::size_t unused = 64 - 8 * item_bytes;
      return static_cast<std::int64_t>(bits << unused) >> unused;
    }
    if (item_bytes == 8) return std::bit_cast<double>(bits);
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
};

}  // namespace circuit
