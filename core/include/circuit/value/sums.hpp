// Codecs of what holds one thing of several, or several of fixed kinds: optional, variant, pair, tuple.
#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include <circuit/value/descriptor.hpp>
#include <circuit/value/value.hpp>

namespace circuit {

namespace detail {

/// Types that may themselves be written as null.
template <class T>
inline constexpr bool may_be_null = false;
template <class T>
inline constexpr bool may_be_null<std::optional<T>> = true;
template <>
inline constexpr bool may_be_null<std::monostate> = true;

[[noreturn]] void throw_variant_without_value();
/// Reads the head `[index, ...` of a variant of `size` alternatives; `size` when it is none.
std::size_t variant_index(Decoder& in, std::size_t size);
/// Reads the head of an array of exactly `size` items; false, and failed, when it is none.
bool exact_array(Decoder& in, std::size_t size);

template <class Variant, std::size_t I>
void decode_alternative(Decoder& in, Variant& out) {
  using T = std::variant_alternative_t<I, Variant>;
  T value = blank<T>();
  circuit::decode(in, value);
  out.template emplace<I>(std::move(value));
}

template <class Tuple, class... Ts>
struct TupleCodec {
  static void encode(Encoder& out, const Tuple& value) {
    out.array(sizeof...(Ts));
    std::apply([&](const Ts&... items) { (circuit::encode(out, items), ...); }, value);
  }
  static void decode(Decoder& in, Tuple& value) {
    if (!exact_array(in, sizeof...(Ts))) return;
    const Nested level(in);
    if (!level) return;
    std::apply([&](Ts&... items) { (circuit::decode(in, items), ...); }, value);
  }
  static void describe(Descriptor& out) {
    out.append("tuple<");
    std::string_view before;
    ((out.append(std::exchange(before, ",")), out.type<Ts>()), ...);
    out.append(">");
  }
};

}  // namespace detail

/// The value itself or null; where the value may itself be null, an array of none or one.
template <class T>
struct Codec<std::optional<T>> {
  static constexpr bool wrapped = detail::may_be_null<T>;

  static void encode(Encoder& out, const std::optional<T>& value) {
    if constexpr (wrapped) {
      out.array(value ? 1 : 0);
    } else if (!value) {
      out.null();
    }
    if (value) circuit::encode(out, *value);
  }
  static void decode(Decoder& in, std::optional<T>& value) {
    value.reset();
    if constexpr (wrapped) {
      const std::uint64_t count = in.array();
      if (count > 1) in.fail("expected an optional value: an array of none or one item");
      if (count != 1) return;
      const detail::Nested level(in);
      if (level) circuit::decode(in, value.emplace(detail::blank<T>()));
    } else if (!in.null() && in.ok()) {
      circuit::decode(in, value.emplace(detail::blank<T>()));
    }
  }
  static void describe(Descriptor& out) {
    out.append("optional<");
    out.type<T>();
    out.append(">");
  }
};

/// An array of two: the index of the alternative, and its value.
template <class... Ts>
struct Codec<std::variant<Ts...>> {
  using Variant = std::variant<Ts...>;

  static void encode(Encoder& out, const Variant& value) {
    if (value.valueless_by_exception()) detail::throw_variant_without_value();
    out.array(2);
    out.unsigned_integer(value.index());
    std::visit([&](const auto& item) { circuit::encode(out, item); }, value);
  }
  static void decode(Decoder& in, Variant& value) {
    const std::size_t index = detail::variant_index(in, sizeof...(Ts));
    const detail::Nested level(in);
    if (!in.ok() || !level) return;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((I == index ? detail::decode_alternative<Variant, I>(in, value) : void()), ...);
    }
    (std::index_sequence_for<Ts...>());
  }
  static void describe(Descriptor& out) {
    out.append("variant<");
    std::string_view before;
    ((out.append(std::exchange(before, ",")), out.type<Ts>()), ...);
    out.append(">");
  }
};

template <class... Ts>
struct Codec<std::tuple<Ts...>> : detail::TupleCodec<std::tuple<Ts...>, Ts...> {};

template <class A, class B>
struct Codec<std::pair<A, B>> : detail::TupleCodec<std::pair<A, B>, A, B> {};

}  // namespace circuit
