// Codecs of single things: numbers, enums, text, bytes, times and errors.
#pragma once

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <circuit/error.hpp>
#include <circuit/value/descriptor.hpp>
#include <circuit/value/value.hpp>

namespace circuit {

namespace detail {

/// Whole numbers of 8 to 64 bits. Characters, and std::byte, are the number of their size.
template <class T>
concept Integer =
    (std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8) || std::same_as<T, std::byte>;

template <Integer T>
inline constexpr std::string_view integer_name = std::is_signed_v<T> ? (sizeof(T) == 1   ? "i8"
                                                                        : sizeof(T) == 2 ? "i16"
                                                                        : sizeof(T) == 4 ? "i32"
                                                                                         : "i64")
                                                                     : (sizeof(T) == 1   ? "u8"
                                                                        : sizeof(T) == 2 ? "u16"
                                                                        : sizeof(T) == 4 ? "u32"
                                                                                         : "u64");

float to_float(Decoder& in, double value);
/// Bytes, also as the typed array of u8.
ByteView byte_buffer(Decoder& in);
void fail_duration(Decoder& in, std::int64_t ns);
[[noreturn]] void throw_duration_overflow();

/// Converts between durations; false when the result does not fit. Whole units are cut off towards zero,
/// except that a floating count is rounded.
template <class To, class From>
bool convert_duration(const From& from, To& to) {
  using Count = typename To::rep;
  using Ratio = std::ratio_divide<typename From::period, typename To::period>;
  using Wide = std::chrono::duration<long double, typename To::period>;
  long double count = std::chrono::duration_cast<Wide>(from).count();
  if constexpr (std::is_floating_point_v<Count>) {
    to = To(static_cast<Count>(count));
    return true;
  } else {
    if constexpr (std::is_floating_point_v<typename From::rep>) count = std::round(count);
    using Limits = std::numeric_limits<Count>;
    // A NaN is in no range.
    if (!(count >= static_cast<long double>(Limits::min()) &&
          count < static_cast<long double>(Limits::max()) + 1)) {
      return false;
    }
    // The exact way where its intermediate product cannot overflow.
    if constexpr (std::is_integral_v<typename From::rep> && (Ratio::num == 1 || Ratio::den == 1)) {
      to = std::chrono::duration_cast<To>(from);
    } else {
      to = To(static_cast<Count>(count));
    }
    return true;
  }
}

template <class Duration>
void encode_duration(Encoder& out, const Duration& value) {
  std::chrono::duration<std::int64_t, std::nano> ns{};
  if (!convert_duration(value, ns)) throw_duration_overflow();
  out.signed_integer(ns.count());
}

template <class Duration>
void decode_duration(Decoder& in, Duration& value) {
  const std::chrono::duration<std::int64_t, std::nano> ns{in.signed_integer()};
  if (in.ok() && !convert_duration(ns, value)) fail_duration(in, ns.count());
}

}  // namespace detail

template <>
struct Codec<bool> {
  static void encode(Encoder& out, bool value) { out.boolean(value); }
  static void decode(Decoder& in, bool& value) { value = in.boolean(); }
  static void describe(Descriptor& out) { out.append("bool"); }
};

template <detail::Integer T>
struct Codec<T> {
  static void encode(Encoder& out, T value) {
    if constexpr (std::is_signed_v<T>) {
      out.signed_integer(value);
    } else {
      out.unsigned_integer(static_cast<std::uint64_t>(value));
    }
  }
  static void decode(Decoder& in, T& value) {
    constexpr unsigned bits = sizeof(T) * 8;
    if constexpr (std::is_signed_v<T>) {
      value = static_cast<T>(in.signed_integer(bits));
    } else {
      value = static_cast<T>(in.unsigned_integer(bits));
    }
  }
  static void describe(Descriptor& out) { out.append(detail::integer_name<T>); }
};

template <>
struct Codec<float> {
  static void encode(Encoder& out, float value) { out.float32(value); }
  static void decode(Decoder& in, float& value) { value = detail::to_float(in, in.floating()); }
  static void describe(Descriptor& out) { out.append("f32"); }
};

template <>
struct Codec<double> {
  static void encode(Encoder& out, double value) { out.float64(value); }
  static void decode(Decoder& in, double& value) { value = in.floating(); }
  static void describe(Descriptor& out) { out.append("f64"); }
};

/// Enums are the number behind them; that it names an enumerator is for the receiver to check.
template <class T>
requires(std::is_enum_v<T> && !std::same_as<T, std::byte>) struct Codec<T> {
  using Number = std::underlying_type_t<T>;
  static void encode(Encoder& out, T value) { Codec<Number>::encode(out, static_cast<Number>(value)); }
  static void decode(Decoder& in, T& value) {
    Number number{};
    Codec<Number>::decode(in, number);
    value = static_cast<T>(number);
  }
  static void describe(Descriptor& out) {
    out.append("enum<");
    out.type<Number>();
    out.append(">");
  }
};

template <>
struct Codec<std::string> {
  static void encode(Encoder& out, const std::string& value) { out.text(value); }
  static void decode(Decoder& in, std::string& value) { value = in.text(); }
  static void describe(Descriptor& out) { out.append("text"); }
};

/// To send only: nothing would own what was received.
template <>
struct Codec<std::string_view> {
  static void encode(Encoder& out, std::string_view value) { out.text(value); }
  static void describe(Descriptor& out) { out.append("text"); }
};

template <>
struct Codec<Bytes> {
  static void encode(Encoder& out, const Bytes& value) { out.bytes(value); }
  static void decode(Decoder& in, Bytes& value) { value = Bytes(detail::byte_buffer(in)); }
  static void describe(Descriptor& out) { out.append("bytes"); }
};

template <class T>
requires(std::same_as<T, std::byte> || std::same_as<T, unsigned char>) struct Codec<std::vector<T>> {
  static void encode(Encoder& out, const std::vector<T>& value) {
    out.bytes(std::as_bytes(std::span(value)));
  }
  static void decode(Decoder& in, std::vector<T>& value) {
    const ByteView bytes = detail::byte_buffer(in);
    const T* const start = reinterpret_cast<const T*>(bytes.data());
    value.assign(start, start + bytes.size());
  }
  static void describe(Descriptor& out) { out.append("bytes"); }
};

/// Durations are whole nanoseconds. A receiver with a coarser unit cuts towards zero.
template <class Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static void encode(Encoder& out, const Duration& value) { detail::encode_duration(out, value); }
  static void decode(Decoder& in, Duration& value) { detail::decode_duration(in, value); }
  static void describe(Descriptor& out) { out.append("duration"); }
};

/// Moments are nanoseconds since 1970 in UTC.
template <class Duration>
struct Codec<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using Moment = std::chrono::time_point<std::chrono::system_clock, Duration>;
  static void encode(Encoder& out, const Moment& value) {
    detail::encode_duration(out, value.time_since_epoch());
  }
  static void decode(Decoder& in, Moment& value) {
    Duration since{};
    detail::decode_duration(in, since);
    value = Moment(since);
  }
  static void describe(Descriptor& out) { out.append("time"); }
};

template <>
struct Codec<std::monostate> {
  static void encode(Encoder& out, std::monostate) { out.null(); }
  static void decode(Decoder& in, std::monostate&) {
    if (!in.null() && in.ok()) in.fail("expected null, as a type without content has no other value");
  }
  static void describe(Descriptor& out) { out.append("void"); }
};

/// An error as a value is its Failure.
template <>
struct Codec<Error> {
  static void encode(Encoder& out, const Error& value);
  static void decode(Decoder& in, Error& value);
  static void describe(Descriptor& out);
  static Error blank() { return Error(Failure{}); }
};

}  // namespace circuit
