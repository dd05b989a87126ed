// Values that nobody is to read over the worker's shoulder.
#pragma once

#include <utility>

#include <circuit/value/codec.hpp>

namespace circuit {

namespace detail {
void write_secret_mark(Encoder& out);
/// False: there is none, and `in` has failed.
bool read_secret_mark(Decoder& in);
}  // namespace detail

/// A value that crosses like any T and is shown nowhere: recorder, graveyard, logs and consoles have `***` in
/// its place, and of the arguments after it what is shown may end there. It is no protection against whoever
/// can read the memory of the processes that hold it.
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}

  /// The value itself: what is done with it from here on is the caller's to watch.
  const T& reveal() const noexcept { return value_; }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  T value_{};
};

template <class T>
struct Codec<Secret<T>> {
  static void encode(Encoder& out, const Secret<T>& secret) {
    detail::write_secret_mark(out);
    circuit::encode(out, secret.reveal());
  }
  static void decode(Decoder& in, Secret<T>& secret) {
    if (!detail::read_secret_mark(in)) return;
    detail::Nested nested(in);
    if (!nested) return;
    T value = detail::blank<T>();
    circuit::decode(in, value);
    secret = Secret<T>(std::move(value));
  }
  static void describe(Descriptor& out) {
    out.append("secret<");
    out.type<T>();
    out.append(">");
  }
};

}  // namespace circuit
