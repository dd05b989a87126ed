#include <bit>
#include <cbor/encoding.h>
#include <cmath>

#include <circuit/value/encoder.hpp>

namespace circuit {
namespace {

/// The longest head of an item: its first byte and 64 bits.
constexpr std::size_t head_bytes = 9;

template <class Write>
void append(Buffer& out, Write write) {
  const std::size_t start = out.size();
  auto* const at = reinterpret_cast<unsigned char*>(out.extend(head_bytes));
  out.truncate(start + write(at));
}

/// Whether 16 bits hold the number exactly.
bool fits_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t mantissa = bits & 0x7fffffU;
  const int exponent = static_cast<int>((bits >> 23U) & 0xffU) - 127;
  if ((bits << 1U) == 0 || std::isinf(value)) return true;
  if (exponent > 15 || exponent < -24) return false;
  // A normal half has 10 bits of the 23; below its range each power of two costs one more.
  const int spare = exponent >= -14 ? 13 : -1 - exponent;
  return std::countr_zero(mantissa | 0x800000U) >= spare;
}

/// Writes the multiples of 2^-24 below the normal numbers of 16 bits. libcbor 0.8 gets some of them wrong.
std::size_t encode_subnormal_half(float value, unsigned char* at) {
  const auto steps =
      static_cast<unsigned>(std::fabs(value) * 16777216.0F) | (std::signbit(value) ? 0x8000U : 0U);
  at[0] = 0xf9;
  at[1] = static_cast<unsigned char>(steps >> 8U);
  at[2] = static_cast<unsigned char>(steps);
  return 3;
}

}  // namespace

void Encoder::null() {
  append(*out_, [](unsigned char* at) { return cbor_encode_null(at, head_bytes); });
}

void Encoder::boolean(bool value) {
  append(*out_, [&](unsigned char* at) { return cbor_encode_bool(value, at, head_bytes); });
}

void Encoder::unsigned_integer(std::uint64_t value) {
  append(*out_, [&](unsigned char* at) { return cbor_encode_uint(value, at, head_bytes); });
}

void Encoder::signed_integer(std::int64_t value) {
  if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
  // CBOR counts the negative numbers from -1 on: -1 is 0, -2 is 1.
  const std::uint64_t number = ~static_cast<std::uint64_t>(value);
  append(*out_, [&](unsigned char* at) { return cbor_encode_negint(number, at, head_bytes); });
}

void Encoder::float32(float value) {
  append(*out_, [&](unsigned char* at) {
    if (!std::isnan(value) && !fits_half(value)) return cbor_encode_single(value, at, head_bytes);
    if (std::fabs(value) < 0x1p-14F) return encode_subnormal_half(value, at);
    return cbor_encode_half(value, at, head_bytes);
  });
}

void Encoder::float64(double value) {
  const bool narrow = std::isnan(value) || std::isinf(value) ||
                      (std::fabs(value) <= 3.4028234663852886e38 &&
                       std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<float>(value))) ==
                           std::bit_cast<std::uint64_t>(value));
  if (narrow) return float32(static_cast<float>(value));
  append(*out_, [&](unsigned char* at) { return cbor_encode_double(value, at, head_bytes); });
}

void Encoder::text(std::string_view value) {
  append(*out_, [&](unsigned char* at) { return cbor_encode_string_start(value.size(), at, head_bytes); });
  out_->append(bytes_of(value));
}

void Encoder::bytes(ByteView value) {
  append(*out_,
         [&](unsigned char* at) { return cbor_encode_bytestring_start(value.size(), at, head_bytes); });
  out_->append(value);
}

void Encoder::array(std::uint64_t count) {
  append(*out_, [&](unsigned char* at) { return cbor_encode_array_start(count, at, head_bytes); });
}

void Encoder::map(std::uint64_t count) {
  append(*out_, [&](unsigned char* at) { return cbor_encode_map_start(count, at, head_bytes); });
}

void Encoder::tag(std::uint64_t number) {
  append(*out_, [&](unsigned char* at) { return cbor_encode_tag(number, at, head_bytes); });
}

}  // namespace circuit
