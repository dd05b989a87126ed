// Typed references to objects that live in some worker.
#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include <circuit/detail/invoke.hpp>
#include <circuit/interface.hpp>

namespace circuit {

namespace lang {
/// A servant that calls `object` through `interface`.
std::shared_ptr<Servant> make_object_servant(std::shared_ptr<void> object, const Interface& interface);
/// A Target for an object of this process. All Targets of one object share a servant, so that calls through
/// any of them take turns.
TargetPointer make_object_target(Node& node, std::shared_ptr<void> object, const Interface& interface);
}  // namespace lang

template <class T>
class PermRef;
template <class T>
class Ref;

namespace lang {

template <class T>
struct ReferredBy {
  static_assert(sizeof(T*) == 0, "circuit: pipeline takes a method that returns a Ref<T> or a PermRef<T>");
};
template <class T>
struct ReferredBy<Ref<T>> {
  using type = T;
};
template <class T>
struct ReferredBy<PermRef<T>> {
  using type = T;
};

}  // namespace lang

/// A counted reference to an object of class T, here or elsewhere. The object is freed when the last holder
/// has dropped its reference or died. Copies within a process share one count.
///
/// Calls on one object run one at a time, in the order in which each caller made them, unless its interface
/// says otherwise. A reference whose worker has died fails with `dead` for ever.
///
/// Thread safety: calls from any thread; assignment as for std::shared_ptr.
template <class T>
class Ref {
 public:
  /// Refers to nothing.
  Ref() = default;
  explicit Ref(lang::TargetPointer target) : target_(std::move(target)) {}
  /// A reference to an object of a class whose interface extends that of T: the same reference, seen so.
  template <lang::Extends<T> Derived>
  Ref(Ref<Derived> other) : target_(other.target()), options_(other.options()) {}

  explicit operator bool() const noexcept { return target_ != nullptr; }
  /// Drops the reference now.
  void reset() noexcept { target_.reset(); }
  /// The process in which the object lives. The reference must not be empty.
  const Address& address() const { return target_->address(); }

  /// Calls a method and blocks for the result: r.call<&Reducer::add>(post). Throws Error.
  template <auto Method, class... Args>
  auto call(Args&&... args) const {
    using S = lang::Signature<decltype(Method)>;
    lang::OutgoingCall call = begin<Method>();
    return lang::run_call<lang::ValueOf<typename S::Result>>(
        call, static_cast<typename S::Arguments*>(nullptr), std::forward<Args>(args)...);
  }

  /// Calls a method with an Asio completion token, whose signature is void(std::exception_ptr, Result): see
  /// circuit/async.hpp, which has to be included. The arguments are copied at once. Throws Error where the
  /// reference is empty or its runtime has ended; all other errors go to the handler.
  template <auto Method, class Token, class... Args>
  auto async_call(Token&& token, Args&&... args) const {
    using S = lang::Signature<decltype(Method)>;
    require();
    return lang::Async<lang::ValueOf<typename S::Result>, std::remove_reference_t<Token>>::start(
        target_->node(), token, [&] {
          lang::OutgoingCall call = begin<Method>();
          lang::encode_call(call, static_cast<typename S::Arguments*>(nullptr), std::forward<Args>(args)...);
          return call;
        });
  }

  /// Calls a method that returns a reference, and returns at once with one that stands for it. It can be called
  /// before the answer is there: such calls go to the callee, which holds them back, or, if the object turns out
  /// to live elsewhere, are sent on to there, in the order in which they were made. So the first result of
  /// a.pipeline<&A::make>().call<&B::use>() comes after one round trip. Whatever the first call fails with, those
  /// through its result fail with too. What else is done with the result, such as passing it on or asking for its
  /// address, waits for it.
  template <auto Method, class... Args>
  auto pipeline(Args&&... args) const {
    using S = lang::Signature<decltype(Method)>;
    using Object = typename lang::ReferredBy<lang::ValueOf<typename S::Result>>::type;
    lang::OutgoingCall call = begin<Method>();
    lang::encode_call(call, static_cast<typename S::Arguments*>(nullptr), std::forward<Args>(args)...);
    return Ref<Object>(call.pipeline(lang::interface_of<Object>().name));
  }

  /// The same reference, whose calls have this much time. Zero: no deadline.
  Ref within(std::chrono::milliseconds deadline) const {
    Ref copy = *this;
    copy.options_.deadline = deadline;
    return copy;
  }

  /// The same reference, whose calls are cancelled when stop is requested: they fail with `cancelled`, and
  /// stop is requested for what runs at the callee (circuit::stop_token()).
  Ref until(std::stop_token stop) const {
    Ref copy = *this;
    copy.options_.stop = std::move(stop);
    return copy;
  }

  const lang::TargetPointer& target() const noexcept { return target_; }
  const lang::CallOptions& options() const noexcept { return options_; }

 private:
  void require() const {
    if (!target_) throw Error(ErrorKind::invalid, "a call through an empty reference");
  }
  template <auto Method>
  lang::OutgoingCall begin() const {
    require();
    const std::uint64_t id = lang::method_id<T, Method>();
    return lang::OutgoingCall(target_, id, options_, lang::MethodId<Method, T>::descriptor);
  }

  lang::TargetPointer target_;
  lang::CallOptions options_;
};

/// A reference that is not counted: its object is never freed, and it can be stored, and read by whoever
/// comes later. It does not keep the object's worker alive; when that has ended, calls fail with `dead`. Made
/// by the process in which the object lives (Runtime::perm_ref). Wherever a Ref<T> is wanted it is one,
/// though never the other way round.
template <class T>
class PermRef : public Ref<T> {
 public:
  PermRef() = default;
  /// Throws Error{invalid} for a counted reference to an object of another process.
  explicit PermRef(const Ref<T>& ref)
      : Ref<T>(ref ? Ref<T>(lang::make_permanent_target(ref.target())) : Ref<T>()) {}
  template <lang::Extends<T> Derived>
  PermRef(const PermRef<Derived>& other) : Ref<T>(other) {}
};

template <class T>
struct Codec<PermRef<T>> {
  static void encode(Encoder& encoder, const PermRef<T>& ref) { lang::encode_target(encoder, ref.target()); }
  static void decode(Decoder& decoder, PermRef<T>& ref) {
    ref = PermRef<T>(Ref<T>(lang::decode_permanent_target(decoder, lang::interface_of<T>().name)));
  }
  static void describe(Descriptor& out) {
    static_assert(lang::HasInterface<T>, "circuit: PermRef<T> needs CIRCUIT_INTERFACE(T, methods...)");
    out.append("permref<");
    out.append(lang::InterfaceOf<T>::name);
    out.append(">");
  }
};

template <class T>
struct Codec<Ref<T>> {
  static void encode(Encoder& encoder, const Ref<T>& ref) { lang::encode_target(encoder, ref.target()); }
  static void decode(Decoder& decoder, Ref<T>& ref) {
    ref = Ref<T>(lang::decode_target(decoder, lang::interface_of<T>().name));
  }
  static void describe(Descriptor& out) {
    static_assert(lang::HasInterface<T>, "circuit: Ref<T> needs CIRCUIT_INTERFACE(T, methods...)");
    out.append("ref<");
    out.append(lang::InterfaceOf<T>::name);
    out.append(">");
  }
};

}  // namespace circuit
