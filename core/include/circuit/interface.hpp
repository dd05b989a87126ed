// Interfaces: which methods of a class can be called from other processes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
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
  /// Of `add(struct{text,u64})->void`, for callers that do not know the class.
  std::uint64_t id_by_name = 0;
  Thunk thunk = nullptr;
};

struct Interface {
  std::string name;
  /// All interfaces that it extends, near and far.
  std::vector<std::string> bases;
  bool concurrent = false;
  bool inline_calls = false;
  std::vector<Method> methods;

  /// By either id; null: there is none. Of several that one name fits, that of the most derived class.
  const Method* find(std::uint64_t id) const noexcept;
};

/// The id under which an interface finds a method by `add(i32,i32)->i32`, whatever class it is of.
std::uint64_t id_by_name(std::string_view descriptor);

/// A method of the interface `declaring`, without its thunk.
Method make_method(const char* declaring, const char* name, const std::vector<std::string>& parameters,
                   const std::string& result);
/// Notes that `interface` extends the one named `base`, once.
void add_base(Interface& interface, const char* base);

/// Specialised by CIRCUIT_INTERFACE: `name`, `extends<Base>` and `describe<Object>(Interface&)`, where Object
/// is the class of the objects: T, or one whose interface extends it.
template <class T>
struct InterfaceOf;

template <class T>
concept HasInterface = requires {
  InterfaceOf<T>::name;
};

/// The interface of T; built at the first use.
template <class T>
const Interface& interface_of() {
  static_assert(HasInterface<T>,
                "circuit: an object that others call needs CIRCUIT_INTERFACE(T, methods...)");
  static const Interface instance = [] {
    Interface interface;
    interface.name = InterfaceOf<T>::name;
    InterfaceOf<T>::template describe<T>(interface);
    return interface;
  }();
  return instance;
}

/// Whether `Base` is `T`, or the interface of T extends it.
template <class T, class Base>
constexpr bool extends_or_is() {
  if constexpr (std::is_same_v<T, Base>) {
    return true;
  } else {
    return InterfaceOf<T>::template extends<Base>;
  }
}

template <class T, class Base>
concept Extends =
    !std::is_same_v<T, Base> && HasInterface<T> && HasInterface<Base> && extends_or_is<T, Base>();

template <class Base, class... T>
constexpr bool any_extends_or_is() {
  return (extends_or_is<T, Base>() || ...);
}

template <class T, auto Pointer>
void method_thunk(void* object, Decoder& arguments, Encoder& result) {
  using S = Signature<decltype(Pointer)>;
  auto call = [object](auto&&... args) -> decltype(auto) {
    return (static_cast<T*>(object)->*Pointer)(std::forward<decltype(args)>(args)...);
  };
  invoke_with<typename S::Result>(call, arguments, result, static_cast<typename S::Arguments*>(nullptr));
}

/// Under which id a method stands in the interface of T, and its descriptor; one instance per method.
template <auto Pointer, class T = typename Signature<decltype(Pointer)>::Class>
struct MethodId {
  static inline std::uint64_t value = 0;
  static inline std::string descriptor;
};

/// A method as CIRCUIT_INTERFACE(T, ...) lists it. For an Object whose interface extends that of T, it is the
/// same method with the same id.
template <class T, auto Pointer>
struct ListedMethod {
  const char* name;

  template <class Object>
  void add_to(Interface& interface) const {
    using S = Signature<decltype(Pointer)>;
    Method method = make_method(InterfaceOf<T>::name, name, DescribeTuple<typename S::Arguments>::each(),
                                result_descriptor<typename S::Result>());
    method.thunk = &method_thunk<Object, Pointer>;
    MethodId<Pointer, Object>::value = method.id;
    MethodId<Pointer, Object>::descriptor = method.descriptor;
    if (interface.find(method.id) == nullptr) interface.methods.push_back(std::move(method));
  }
};

/// What CIRCUIT_INTERFACE(T, extends(Bases...), ...) extends.
template <class T, class... Bases>
struct ListedBases {
  static_assert((std::is_base_of_v<Bases, T> && ...), "circuit: extends(...) names a class that is no base");

  template <class Object>
  void add_to(Interface& interface) const {
    (add<Object, Bases>(interface), ...);
  }

 private:
  template <class Object, class Base>
  static void add(Interface& interface) {
    static_assert(HasInterface<Base>, "circuit: extends(Base) needs CIRCUIT_INTERFACE(Base, ...) before it");
    add_base(interface, InterfaceOf<Base>::name);
    InterfaceOf<Base>::template describe<Object>(interface);
  }
};

/// An option as CIRCUIT_INTERFACE(T, ...) lists it. It says nothing of what extends T.
template <class T>
struct ListedOption {
  InterfaceOption option;

  template <class Object>
  void add_to(Interface& interface) const {
    if (!std::is_same_v<T, Object>) return;
    if (option == InterfaceOption::concurrent) interface.concurrent = true;
    if (option == InterfaceOption::inline_calls) interface.inline_calls = true;
  }
};

/// The id of a method; throws Error{invalid} when the interface does not list it.
template <class T, auto Pointer>
std::uint64_t method_id() {
  static const std::uint64_t id = [] {
    const Interface& interface = interface_of<T>();
    std::uint64_t listed = MethodId<Pointer, T>::value;
    if (listed == 0)
      throw Error(ErrorKind::invalid,
                  "the method is not listed in CIRCUIT_INTERFACE(" + interface.name + ", ...)");
    return listed;
  }();
  return id;
}

}  // namespace circuit::lang

#define CIRCUIT_DETAIL_OPTION_concurrent \
  ~, ::circuit::lang::ListedOption<CircuitListing> { ::circuit::lang::InterfaceOption::concurrent }
#define CIRCUIT_DETAIL_OPTION_inline_calls \
  ~, ::circuit::lang::ListedOption<CircuitListing> { ::circuit::lang::InterfaceOption::inline_calls }
#define CIRCUIT_DETAIL_OPTION_extends(...) ~, (::circuit::lang::ListedBases<CircuitListing, __VA_ARGS__>{})
#define CIRCUIT_DETAIL_BASES_extends(...) \
  ~, || (::circuit::lang::any_extends_or_is<CircuitBase, __VA_ARGS__>())
#define CIRCUIT_DETAIL_SECOND_OF(first, second, ...) second
#define CIRCUIT_DETAIL_SECOND(...) CIRCUIT_DETAIL_SECOND_OF(__VA_ARGS__)
#define CIRCUIT_DETAIL_LISTED(T, name) \
  CIRCUIT_DETAIL_SECOND(CIRCUIT_DETAIL_OPTION_##name, (::circuit::lang::ListedMethod<T, &T::name>{#name}), ~)
#define CIRCUIT_DETAIL_ADD(T, name) CIRCUIT_DETAIL_LISTED(T, name).template add_to<CircuitObject>(interface);
#define CIRCUIT_DETAIL_EXTENDS(T, name) CIRCUIT_DETAIL_SECOND(CIRCUIT_DETAIL_BASES_##name, , ~)

// A list of up to 32 names, by the recursion of __VA_OPT__.
#define CIRCUIT_DETAIL_PARENS ()
#define CIRCUIT_DETAIL_EXPAND(...) \
  CIRCUIT_DETAIL_EXPAND_A(CIRCUIT_DETAIL_EXPAND_A(CIRCUIT_DETAIL_EXPAND_A(__VA_ARGS__)))
#define CIRCUIT_DETAIL_EXPAND_A(...) \
  CIRCUIT_DETAIL_EXPAND_B(CIRCUIT_DETAIL_EXPAND_B(CIRCUIT_DETAIL_EXPAND_B(__VA_ARGS__)))
#define CIRCUIT_DETAIL_EXPAND_B(...) \
  CIRCUIT_DETAIL_EXPAND_C(CIRCUIT_DETAIL_EXPAND_C(CIRCUIT_DETAIL_EXPAND_C(__VA_ARGS__)))
#define CIRCUIT_DETAIL_EXPAND_C(...) __VA_ARGS__
#define CIRCUIT_DETAIL_EACH(step, T, ...) \
  __VA_OPT__(CIRCUIT_DETAIL_EXPAND(CIRCUIT_DETAIL_EACH_STEP(step, T, __VA_ARGS__)))
#define CIRCUIT_DETAIL_EACH_STEP(step, T, name, ...) \
  step(T, name) __VA_OPT__(CIRCUIT_DETAIL_EACH_AGAIN CIRCUIT_DETAIL_PARENS(step, T, __VA_ARGS__))
#define CIRCUIT_DETAIL_EACH_AGAIN() CIRCUIT_DETAIL_EACH_STEP

/// Lists the methods of T that other processes may call, at namespace scope outside every namespace:
/// CIRCUIT_INTERFACE(Reducer, add, top). Options come before the methods: CIRCUIT_INTERFACE(Cache,
/// concurrent, get). extends(Base, ...) takes over the methods of the interfaces of base classes, though not
/// their options, and makes Ref<T> a Ref<Base> as well: CIRCUIT_INTERFACE(Ranking, extends(Reducer), rank).
#define CIRCUIT_INTERFACE(T, ...)                                                                      \
  template <>                                                                                          \
  struct circuit::lang::InterfaceOf<T> {                                                               \
    using CircuitListing = T;                                                                          \
    static constexpr const char* name = #T;                                                            \
    template <class CircuitBase>                                                                       \
    static constexpr bool extends = false CIRCUIT_DETAIL_EACH(CIRCUIT_DETAIL_EXTENDS, T, __VA_ARGS__); \
    template <class CircuitObject>                                                                     \
    static void describe(::circuit::lang::Interface& interface) {                                      \
      CIRCUIT_DETAIL_EACH(CIRCUIT_DETAIL_ADD, T, __VA_ARGS__)                                          \
    }                                                                                                  \
  }
