// What a value is: a type that has a Codec. The built-in ones come with circuit/value/codec.hpp.
#pragma once

#include <type_traits>

#include <circuit/value/decoder.hpp>
#include <circuit/value/encoder.hpp>

namespace circuit {

class Descriptor;

/// How a type travels. Specialise it for a class of your own that is not an aggregate:
///
///   template <>
///   struct circuit::Codec<Url> {
///     static void encode(Encoder& out, const Url& value);   // writes exactly one CBOR item
///     static void decode(Decoder& in, Url& value);          // reads exactly one; errors by in.fail()
///     static void describe(Descriptor& out);                // out.append("url"), or out.type<std::string>()
///     static Url blank();                                   // only for a class without default constructor
///   };
///
/// A codec whose item can be null is not to be used inside std::optional.
template <class T>
struct Codec;

/// A type that can be sent.
template <class T>
concept Encodable = requires(Encoder& out, const T& value) {
  Codec<T>::encode(out, value);
};

/// A type that can be sent and received. Of an aggregate its fields are looked at when it is used, not here.
template <class T>
concept Value = Encodable<T> && requires(Decoder& in, T& value, Descriptor& text) {
  Codec<T>::decode(in, value);
  Codec<T>::describe(text);
};

namespace detail {

/// The one place where an unsupported type is reported: the compiler names T with it.
template <class T, bool supported>
struct MustBeAValue {
  static_assert(
      supported,
      "T (named in the lines around this one) is not a value that Circuit can send: specialise "
      "circuit::Codec<T>, or make it an aggregate (public members, no constructors, no base classes). "
      "Pointers, references, functions, unions and C arrays are no values; std::string_view can be sent "
      "but not received.");
  static constexpr bool value = supported;
};

/// One level of nesting for as long as it lives.
class Nested {
 public:
  explicit Nested(Decoder& in) : in_(in), entered_(in.enter()) {}
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;
  ~Nested() {
    if (entered_) in_.leave();
  }
  explicit operator bool() const noexcept { return entered_; }

 private:
  Decoder& in_;
  bool entered_;
};

/// A value to decode into.
template <class T>
T blank() {
  if constexpr (std::is_default_constructible_v<T>) {
    return T();
  } else {
    return Codec<T>::blank();
  }
}

}  // namespace detail

/// Appends `value` as one CBOR item.
/// Errors: throws circuit::Error (invalid) for the few values that CBOR or the type's limits cannot hold: a
/// duration beyond 292 years, a variant that lost its value.
template <class T>
void encode(Encoder& out, const T& value) {
  if constexpr (detail::MustBeAValue<T, Encodable<T>>::value) Codec<T>::encode(out, value);
}

/// Reads one CBOR item into `value`. Errors stick in `in`; `value` is then valid but arbitrary.
template <class T>
void decode(Decoder& in, T& value) {
  if constexpr (detail::MustBeAValue<T, Value<T>>::value) Codec<T>::decode(in, value);
}

}  // namespace circuit
