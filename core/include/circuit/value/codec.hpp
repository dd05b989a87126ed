// All built-in codecs, and whole values to bytes and back. Start here.
#pragma once

#include <string>

#include <circuit/value/aggregates.hpp>
#include <circuit/value/containers.hpp>
#include <circuit/value/descriptor.hpp>
#include <circuit/value/scalars.hpp>
#include <circuit/value/sums.hpp>
#include <circuit/value/value.hpp>

namespace circuit {

namespace detail {
bool finish(Decoder& in, std::string* error);
}

/// `value` as CBOR. It must hold no references to objects.
/// Errors: as encode().
template <class T>
Buffer to_cbor(const T& value) {
  Buffer bytes;
  Encoder out(bytes);
  encode(out, value);
  return bytes;
}

/// Reads `bytes`, which are one value and nothing after it, into `out`. False when they are not; `*error`
/// then says why, and `out` is valid but arbitrary.
template <class T>
bool from_cbor(ByteView bytes, T& out, std::string* error = nullptr) {
  Decoder in(bytes);
  decode(in, out);
  return detail::finish(in, error);
}

}  // namespace circuit
