// Interfaces: which methods of a class can be called from other processes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <circuit/detail/invoke.hpp>

namespace circuit::lang {

/// How calls on one object run. Written before the methods in CIRCUIT_INTERFACE.
enum class InterfaceOption {
  /// Calls overlap; the object has a lock of its own.
  concurrent,
  /// Every method is short and never blocks: calls run on the thread that reads the link, one at a time.
  inline_calls,
};

struct Method {
  std::string name;
  /// `Reducer.add(struct{text,u64})->void`
  std::string descriptor;
  std::uint64_t id = 0;
  Thunk thunk = nullptr;
};

struct Interface {
  std::string name;
  bool concurrent = false;
  bool inline_calls = false;
  std::vector<Method> methods;

  const Method* find(std::uint64_t id) const noexcept;
};

/// Specialised by CIRCUIT_INTERFACE: `name` and `describe(Interface&)`.
template <class T>
struct InterfaceOf;

template <class T>
concept HasInterface = requires {
  InterfaceOf<T>::name;
};

/// The interface of T; built at the first use.
template <class T>
const Interface& interface_of() {
  static const Interface instance = [] {
    Interface interface;
    interface.name = InterfaceOf<T>::name;
    InterfaceOf<T>::describe(interface);
    return interface;
  }();
  return instance;
}

template <class T, auto Pointer>
void method_thunk(void* object, Decoder& arguments, Encoder& result) {
  using S = Signature<decltype(Pointer)>;
  auto call = [object](auto&&... args) -> typename S::Result {
    return (static_cast<T*>(object)->*Pointer)(std::forward<decltype(args)>(args)...);
  };
  invoke_with<typename S::Result>(call, arguments, result, static_cast<typename S::Arguments*>(nullptr));
}

/// Under which id a method stands in its interface, and its descriptor; one instance per method.
template <auto Pointer>
struct MethodId {
  static inline std::uint64_t value = 0;
  static inline std::string descriptor;
};

/// A method as CIRCUIT_INTERFACE lists it.
template <class T, auto Pointer>
struct ListedMethod {
  const char* name;

  void add_to(Interface& interface) const {
    using S = Signature<decltype(Pointer)>;
    Method method;
    method.name = name;
    method.descriptor =
        canonical_descriptor(interface.name + "." + method.name, DescribeTuple<typename S::Arguments>::each(),
                             result_descriptor<typename S::Result>());
    method.id = signature_id(method.descriptor);
    method.thunk = &method_thunk<T, Pointer>;
    MethodId<Pointer>::value = method.id;
    MethodId<Pointer>::descriptor = method.descriptor;
    interface.methods.push_back(std::move(method));
  }
};

/// An option as CIRCUIT_INTERFACE lists it.
struct ListedOption {
  InterfaceOption option;

  void add_to(Interface& interface) const {
    if (option == InterfaceOption::concurrent) interface.concurrent = true;
    if (option == InterfaceOption::inline_calls) interface.inline_calls = true;
  }
};

/// The id of a method; throws Error{invalid} when the interface does not list it.
template <class T, auto Pointer>
std::uint64_t method_id() {
  static const std::uint64_t id = [] {
    const Interface& interface = interface_of<T>();
    std::uint64_t listed = MethodId<Pointer>::value;
    if (listed == 0)
      throw Error(ErrorKind::invalid,
                  "the method is not listed in CIRCUIT_INTERFACE(" + interface.name + ", ...)");
    return listed;
  }();
  return id;
}

}  // namespace circuit::lang

#define CIRCUIT_DETAIL_OPTION_concurrent \
  ~, ::circuit::lang::ListedOption { ::circuit::lang::InterfaceOption::concurrent }
#define CIRCUIT_DETAIL_OPTION_inline_calls \
  ~, ::circuit::lang::ListedOption { ::circuit::lang::InterfaceOption::inline_calls }
#define CIRCUIT_DETAIL_SECOND_OF(first, second, ...) second
#define CIRCUIT_DETAIL_SECOND(...) CIRCUIT_DETAIL_SECOND_OF(__VA_ARGS__)
#define CIRCUIT_DETAIL_LISTED(T, name) \
  CIRCUIT_DETAIL_SECOND(CIRCUIT_DETAIL_OPTION_##name, (::circuit::lang::ListedMethod<T, &T::name>{#name}), ~)
#define CIRCUIT_DETAIL_ADD(T, name) CIRCUIT_DETAIL_LISTED(T, name).add_to(interface);

// A list of up to 32 names, by the recursion of __VA_OPT__.
#define CIRCUIT_DETAIL_PARENS ()
#define CIRCUIT_DETAIL_EXPAND(...) \
  CIRCUIT_DETAIL_EXPAND_A(CIRCUIT_DETAIL_EXPAND_A(CIRCUIT_DETAIL_EXPAND_A(__VA_ARGS__)))
#define CIRCUIT_DETAIL_EXPAND_A(...) \
  CIRCUIT_DETAIL_EXPAND_B(CIRCUIT_DETAIL_EXPAND_B(CIRCUIT_DETAIL_EXPAND_B(__VA_ARGS__)))
#define CIRCUIT_DETAIL_EXPAND_B(...) \
  CIRCUIT_DETAIL_EXPAND_C(CIRCUIT_DETAIL_EXPAND_C(CIRCUIT_DETAIL_EXPAND_C(__VA_ARGS__)))
#define CIRCUIT_DETAIL_EXPAND_C(...) __VA_ARGS__
#define CIRCUIT_DETAIL_EACH(T, ...) \
  __VA_OPT__(CIRCUIT_DETAIL_EXPAND(CIRCUIT_DETAIL_EACH_STEP(T, __VA_ARGS__)))
#define CIRCUIT_DETAIL_EACH_STEP(T, name, ...) \
  CIRCUIT_DETAIL_ADD(T, name)                  \
  __VA_OPT__(CIRCUIT_DETAIL_EACH_AGAIN CIRCUIT_DETAIL_PARENS(T, __VA_ARGS__))
#define CIRCUIT_DETAIL_EACH_AGAIN() CIRCUIT_DETAIL_EACH_STEP

/// Lists the methods of T that other processes may call, at namespace scope outside every namespace:
/// CIRCUIT_INTERFACE(Reducer, add, top). Options come before the methods: CIRCUIT_INTERFACE(Cache,
/// concurrent, get).
#define CIRCUIT_INTERFACE(T, ...)                                                                       \
  template <>                                                                                           \
  struct circuit::lang::InterfaceOf<T> {                                                                \
    static constexpr const char* name = #T;                                                             \
    static void describe(::circuit::lang::Interface& interface) { CIRCUIT_DETAIL_EACH(T, __VA_ARGS__) } \
  }
