// From CBOR arguments to a C++ call and back.
#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <circuit/detail/call.hpp>
#include <circuit/value/codec.hpp>
#include <circuit/value/descriptor.hpp>

namespace circuit::lang {

/// Runs one function or method: decodes the arguments, calls, encodes the result. When the arguments cannot
/// be decoded, the decoder has failed and nothing was called. What the function throws comes through.
using Thunk = void (*)(void* object, Decoder& arguments, Encoder& result);

/// What a parameter is as a value: `const std::string&` is a std::string.
template <class T>
using ValueOf = std::remove_cvref_t<T>;

template <class... Args>
void encode_arguments(Encoder& encoder, const Args&... args) {
  encoder.array(sizeof...(Args));
  (circuit::encode(encoder, args), ...);
}

template <class... Args>
std::tuple<Args...> decode_arguments(Decoder& decoder) {
  std::tuple<Args...> values;
  std::uint64_t given = decoder.array();
  if (decoder.ok() && given != sizeof...(Args))
    decoder.fail("expected " + std::to_string(sizeof...(Args)) + " arguments, got " + std::to_string(given));
  std::apply([&](auto&... value) { (circuit::decode(decoder, value), ...); }, values);
  if (decoder.ok() && !decoder.rest().empty()) decoder.fail("something is left over after the arguments");
  return values;
}

/// What a caller gets of a function that returns an R: that itself. Where R is a coroutine: what that returns in
/// the end (circuit/async.hpp).
template <class R>
struct CallResult {
  using type = R;
  template <class Call>
  static R of(Call call) {
    return call();
  }
};

template <class Result, class Callable, class... Args>
void invoke_with(Callable&& callable, Decoder& arguments, Encoder& result, std::tuple<Args...>*) {
  std::tuple<Args...> values = decode_arguments<Args...>(arguments);
  if (!arguments.ok()) return;
  auto call = [&]() -> decltype(auto) { return std::apply(callable, std::move(values)); };
  using Returned = CallResult<decltype(call())>;
  if constexpr (std::is_void_v<Result>) {
    Returned::of(call);
    result.null();
  } else {
    circuit::encode(result, Returned::of(call));
  }
}

/// Types of a function, method or lambda: Result, Arguments (a tuple of values), Class.
template <class F>
struct Signature;
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using Result = typename CallResult<R>::type;
  using Arguments = std::tuple<ValueOf<A>...>;
};
template <class R, class... A>
struct Signature<R (*)(A...) noexcept> : Signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...)> {
  using Class = C;
  using Result = typename CallResult<R>::type;
  using Arguments = std::tuple<ValueOf<A>...>;
};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (C::*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (C::*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (C::*)(A...)> {};

template <class T>
const std::string& result_descriptor() {
  if constexpr (std::is_void_v<T>) {
    static const std::string none = "void";
    return none;
  } else {
    return descriptor_of<ValueOf<T>>();
  }
}

template <class Tuple>
struct DescribeTuple;
template <class... A>
struct DescribeTuple<std::tuple<A...>> {
  static std::vector<std::string> each() { return {descriptor_of<A>()...}; }
};

/// `name(T1,T2)->R`: the canonical descriptor whose hash is the id of a function or method.
std::string canonical_descriptor(std::string_view name, const std::vector<std::string>& parameters,
                                 const std::string& result);

template <class T>
T Reply::value() const {
  if constexpr (std::is_void_v<T>) {
    return;
  } else {
    Decoder decoder(body_, references_.get());
    T value{};
    circuit::decode(decoder, value);
    check(decoder);
    return value;
  }
}

/// Encodes `args` as the parameter types say (so that a literal becomes a std::string).
template <class... Params, class... Args>
void encode_arguments_as(std::tuple<Params...>*, Encoder& encoder, Args&&... args) {
  static_assert(sizeof...(Params) == sizeof...(Args),
                "circuit: the call has another number of arguments than the function");
  encode_arguments(encoder, static_cast<const Params&>(Params(std::forward<Args>(args)))...);
}

/// The same, as the arguments of a call.
template <class... Params, class... Args>
void encode_call(OutgoingCall& call, std::tuple<Params...>* parameters, Args&&... args) {
  encode_arguments_as(parameters, call.arguments(), std::forward<Args>(args)...);
}

/// The same, then runs the call and decodes the result.
template <class Result, class... Params, class... Args>
Result run_call(OutgoingCall& call, std::tuple<Params...>* parameters, Args&&... args) {
  encode_call(call, parameters, std::forward<Args>(args)...);
  return call.run().template value<Result>();
}

/// How an answer becomes the result: as it stands.
template <class R>
struct ReadValue {
  R operator()(const Reply& reply) const { return reply.template value<R>(); }
  /// Who takes an answer that comes too late for the handler.
  std::unique_ptr<Completion> heir() const { return nullptr; }
};

/// An answer that says no more than that it has come.
struct Ignore {
  void operator()(const Reply&) const {}
  std::unique_ptr<Completion> heir() const { return nullptr; }
};

/// Starts a call that nobody blocks for, with a completion token: defined in circuit/async.hpp, which has to
/// be included where such calls are made.
template <class Result, class Token>
struct Async;
/// The same for a spawn.
template <class Function, class Token>
struct AsyncSpawn;

}  // namespace circuit::lang
