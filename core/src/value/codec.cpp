#include <cmath>
#include <fmt/format.h>
#include <limits>

#include <circuit/secret.hpp>
#include <circuit/value/codec.hpp>

#include "base/secret_mark.hpp"

namespace circuit {

namespace detail {
namespace {

constexpr std::uint64_t byte_array_tag = 64;

}  // namespace

bool finish(Decoder& in, std::string* error) {
  if (in.ok() && !in.rest().empty()) {
    in.fail(fmt::format("{} bytes are left over after the value", in.rest().size()));
  }
  if (!in.ok() && error != nullptr) *error = in.error();
  return in.ok();
}

void write_secret_mark(Encoder& out) { out.tag(secret_tag); }

bool read_secret_mark(Decoder& in) {
  if (in.peek() != Decoder::Type::tag || in.tag() != secret_tag) in.fail("expected a secret");
  return in.ok();
}

float to_float(Decoder& in, double value) {
  if (std::isfinite(value) && std::fabs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
    in.fail(fmt::format("{} does not fit an f32", value));
    return 0;
  }
  return static_cast<float>(value);
}

ByteView byte_buffer(Decoder& in) {
  if (in.peek() == Decoder::Type::tag) return decode_typed_array(in, byte_array_tag, 1);
  return in.bytes();
}

void fail_duration(Decoder& in, std::int64_t ns) {
  in.fail(fmt::format("{} ns do not fit the unit of this duration", ns));
}

void throw_duration_overflow() {
  throw Error(ErrorKind::invalid,
              "a duration or time beyond 292 years cannot be sent: it is counted in nanoseconds of 64 bits");
}

void throw_variant_without_value() {
  throw Error(ErrorKind::invalid, "a variant that lost its value to an exception cannot be sent");
}

std::size_t variant_index(Decoder& in, std::size_t size) {
  if (!exact_array(in, 2)) return size;
  const std::uint64_t index = in.unsigned_integer();
  if (in.ok() && index >= size) in.fail(fmt::format("a variant of {} types has no type {}", size, index));
  return in.ok() ? static_cast<std::size_t>(index) : size;
}

bool exact_array(Decoder& in, std::size_t size) {
  const std::uint64_t count = in.array();
  if (in.ok() && count != size) fail_count(in, size, count);
  return in.ok();
}

void encode_typed_array(Encoder& out, std::uint64_t tag, ByteView bytes) {
  out.tag(tag);
  out.bytes(bytes);
}

ByteView decode_typed_array(Decoder& in, std::uint64_t tag, std::size_t item_bytes) {
  const std::size_t start = in.position();
  const std::uint64_t got = in.tag();
  if (in.ok() && got != tag) {
    in.fail(fmt::format("expected an array or the typed array with tag {}, got tag {}, at byte {}", tag, got,
                        start));
  }
  const ByteView bytes = in.bytes();
  if (bytes.size() % item_bytes == 0) return bytes;
  in.fail(fmt::format("a typed array of {} bytes has no whole number of items of {} bytes, at byte {}",
                      bytes.size(), item_bytes, start));
  return {};
}

void fail_count(Decoder& in, std::size_t wanted, std::uint64_t got) {
  in.fail(fmt::format("expected an array of {}, got one of {}", wanted, got));
}

void fail_duplicate(Decoder& in, const char* what) {
  in.fail(fmt::format("a {} comes twice, at byte {}", what, in.position()));
}

}  // namespace detail

void Codec<Error>::encode(Encoder& out, const Error& value) { circuit::encode(out, value.failure()); }

void Codec<Error>::decode(Decoder& in, Error& value) {
  Failure failure;
  circuit::decode(in, failure);
  value = Error(std::move(failure));
}

void Codec<Error>::describe(Descriptor& out) { out.type<Failure>(); }

}  // namespace circuit
