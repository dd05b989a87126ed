// A variant of plain aggregates as bytes: a byte that names the type, then the value as CBOR.
#pragma once

#include <fmt/format.h>
#include <string>
#include <utility>
#include <variant>

#include <circuit/bytes.hpp>
#include <circuit/value/codec.hpp>

#include "base/result.hpp"

namespace circuit::keeper {

/// `value` (whose type has a `type` number) in its tagged form.
template <class T>
Buffer encode_tagged(const T& value) {
  Buffer bytes;
  *bytes.extend(1) = std::byte{T::type};
  bytes.append(to_cbor(value));
  return bytes;
}

template <class... Ts>
Buffer encode_tagged(const std::variant<Ts...>& value) {
  return std::visit([](const auto& alternative) { return encode_tagged(alternative); }, value);
}

/// The alternative of `Variant` that `bytes` holds. Errors: `invalid`.
template <class Variant, std::size_t Index = 0>
Result<Variant> decode_tagged(ByteView bytes) {
  if (bytes.empty()) return failure(ErrorKind::invalid, "a message without a byte");
  const auto type = std::to_integer<std::uint8_t>(bytes[0]);
  if constexpr (Index == std::variant_size_v<Variant>) {
    return failure(ErrorKind::invalid, fmt::format("a message of the unknown type {}", type));
  } else {
    using Alternative = std::variant_alternative_t<Index, Variant>;
    if (type != Alternative::type) return decode_tagged<Variant, Index + 1>(bytes);
    Alternative value;
    std::string error;
    if (!from_cbor(bytes.subspan(1), value, &error))
      return failure(ErrorKind::invalid, fmt::format("a message of type {} that is none: {}", type, error));
    return Variant(std::move(value));
  }
}

}  // namespace circuit::keeper
