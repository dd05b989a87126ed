// X: a reference to an object of whatever class, called by name.
#pragma once

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <circuit/reference.hpp>

namespace circuit {

namespace lang {

/// What an argument of that type is sent as when nothing but itself says so: a literal is a std::string.
template <class T>
using ArgumentOf =
    std::conditional_t<std::is_convertible_v<T, std::string_view>, std::string, std::remove_cvref_t<T>>;

/// Throws `error` on; what was asked for by name is said with a refusal.
[[noreturn]] void throw_on(const Error& error, const std::string& descriptor);
/// Throws Error{invalid} unless the target can be referred to as `interface`.
void require_interface(const TargetPointer& target, std::string_view interface);

}  // namespace lang

/// A reference to an object whose class need not be known here. A method is called by its name; the types of
/// the arguments as they stand, and of the result, choose it at run time at the object:
///
///   int sum = x.call<int>("add", 1, 2);          // needs exactly add(i32,i32)->i32
///
/// Every Ref<T> and PermRef<T> is an X; as<T>() goes back, with a check. Counted, or not, as what it was made
/// of. Thread safety: calls from any thread; assignment as for std::shared_ptr.
class X {
 public:
  /// Refers to nothing.
  X() = default;
  explicit X(lang::TargetPointer target) : target_(std::move(target)) {}
  template <class T>
  X(const Ref<T>& ref) : target_(ref.target()), options_(ref.options()) {}

  explicit operator bool() const noexcept { return target_ != nullptr; }
  /// Drops the reference now.
  void reset() noexcept { target_.reset(); }
  /// The process in which the object lives. The reference must not be empty.
  const Address& address() const { return target_->address(); }
  /// The name of the object's interface. The reference must not be empty.
  const std::string& interface() const { return target_->interface(); }

  /// Calls a method and blocks for the result. Throws Error: `refused`, with all that can be called, where
  /// the object has no method of that name and these types.
  template <class R, class... Args>
  R call(std::string_view method, Args&&... args) const {
    if (!target_) throw Error(ErrorKind::invalid, "a call through an empty reference");
    const std::string descriptor = lang::canonical_descriptor(
        method, {descriptor_of<lang::ArgumentOf<Args>>()...}, lang::result_descriptor<R>());
    lang::OutgoingCall call(target_, lang::id_by_name(descriptor), options_, descriptor);
    try {
      return lang::run_call<R>(call, static_cast<std::tuple<lang::ArgumentOf<Args>...>*>(nullptr),
                               std::forward<Args>(args)...);
    } catch (const Error& error) {
      lang::throw_on(error, descriptor);
    }
  }

  /// The same reference, whose calls have this much time. Zero: no deadline.
  X within(std::chrono::milliseconds deadline) const {
    X copy = *this;
    copy.options_.deadline = deadline;
    return copy;
  }

  /// The same reference, typed. Throws Error{invalid} when the object is no T.
  template <class T>
  Ref<T> as() const {
    lang::require_interface(target_, lang::interface_of<T>().name);
    return Ref<T>(target_);
  }
  /// The same, and permanent. Throws Error{invalid} also when the reference is a counted one.
  template <class T>
  PermRef<T> as_permanent() const {
    return PermRef<T>(as<T>());
  }

  const lang::TargetPointer& target() const noexcept { return target_; }

 private:
  lang::TargetPointer target_;
  lang::CallOptions options_;
};

template <>
struct Codec<X> {
  static void encode(Encoder& encoder, const X& x) { lang::encode_target(encoder, x.target()); }
  static void decode(Decoder& decoder, X& x) { x = X(lang::decode_target(decoder, lang::any_interface)); }
  static void describe(Descriptor& out) { out.append("ref<*>"); }
};

}  // namespace circuit
