// Worker functions: what a spawn can run in a new process.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include <circuit/detail/invoke.hpp>

namespace circuit {

/// Name of a parameter, and its value where a console or the shell leaves it out.
class Parameter {
 public:
  Parameter(const char* name) : name_(name) {}
  Parameter(const char* name, bool otherwise) : name_(name), otherwise_(otherwise ? "true" : "false") {}
  Parameter(const char* name, int otherwise) : name_(name), otherwise_(std::to_string(otherwise)) {}
  Parameter(const char* name, double otherwise);
  Parameter(const char* name, const char* otherwise);

  const std::string& name() const noexcept { return name_; }
  /// The default as JSON text.
  const std::optional<std::string>& otherwise() const noexcept { return otherwise_; }

 private:
  std::string name_;
  std::optional<std::string> otherwise_;
};

namespace lang {

/// One registered worker function.
struct Function {
  std::string name;
  /// `greet(text)->text`
  std::string descriptor;
  /// Hash of the descriptor; where unnamed: of its type and the build id of its executable.
  std::uint64_t id = 0;
  std::vector<Parameter> parameters;
  std::vector<std::string> parameter_types;
  std::string result_type;
  Thunk thunk = nullptr;
  void (*address)() = nullptr;
  /// A lambda, or a function that stands in a spawn<f>() only: its id holds for this build alone.
  bool unnamed = false;
};

/// The one registry of functions: filled before main, constant after it.
/// A second function with the same id but another address ends the program with a message: ids must be
/// unique.
bool register_function(Function function);
const Function* find_function(std::uint64_t id) noexcept;
const Function* find_function(void (*address)()) noexcept;
const Function* find_function_named(std::string_view name) noexcept;
const std::vector<const Function*>& all_functions() noexcept;
/// The id of what has this type and no other name, in this executable only: of a lambda, or of a function by
/// the type that stands for it.
std::uint64_t type_id(const std::type_info& type);

template <class F>
concept FunctionPointer = std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>;

template <auto Address>
void function_thunk(void*, Decoder& arguments, Encoder& result) {
  using S = Signature<decltype(Address)>;
  invoke_with<typename S::Result>(Address, arguments, result, static_cast<typename S::Arguments*>(nullptr));
}

template <auto Address>
bool register_named(std::string_view name, std::initializer_list<Parameter> parameters) {
  using S = Signature<decltype(Address)>;
  Function f;
  f.name = name;
  f.parameter_types = DescribeTuple<typename S::Arguments>::each();
  f.result_type = result_descriptor<typename S::Result>();
  f.descriptor = canonical_descriptor(name, f.parameter_types, f.result_type);
  f.id = signature_id(f.descriptor);
  f.parameters = parameters;
  f.thunk = &function_thunk<Address>;
  f.address = reinterpret_cast<void (*)()>(Address);
  return register_function(std::move(f));
}

template <class F>
concept CapturelessLambda =
    std::is_class_v<F> && std::is_empty_v<F> && std::is_default_constructible_v<F> && requires {
  &F::operator();
};

template <class F>
void lambda_thunk(void*, Decoder& arguments, Encoder& result) {
  using S = Signature<decltype(&F::operator())>;
  invoke_with<typename S::Result>(F{}, arguments, result, static_cast<typename S::Arguments*>(nullptr));
}

template <class F>
bool register_lambda() {
  using S = Signature<decltype(&F::operator())>;
  Function f;
  f.parameter_types = DescribeTuple<typename S::Arguments>::each();
  f.result_type = result_descriptor<typename S::Result>();
  f.name = "lambda";
  f.descriptor = canonical_descriptor(f.name, f.parameter_types, f.result_type);
  f.id = type_id(typeid(F));
  f.thunk = &lambda_thunk<F>;
  f.unnamed = true;
  return register_function(std::move(f));
}

/// Its initialisation registers the lambda before main, in the spawner and in the worker alike.
template <class F>
struct LambdaRegistration {
  static inline const bool registered = register_lambda<F>();
};

/// A function as a type.
template <auto Address>
struct FunctionConstant {};

template <auto Address>
bool register_unnamed() {
  using S = Signature<decltype(Address)>;
  Function f;
  f.parameter_types = DescribeTuple<typename S::Arguments>::each();
  f.result_type = result_descriptor<typename S::Result>();
  f.name = "function";
  f.descriptor = canonical_descriptor(f.name, f.parameter_types, f.result_type);
  f.id = type_id(typeid(FunctionConstant<Address>));
  f.thunk = &function_thunk<Address>;
  f.address = reinterpret_cast<void (*)()>(Address);
  f.unnamed = true;
  return register_function(std::move(f));
}

/// Its initialisation registers, before main, a function that is named nowhere but in a spawn<f>().
template <auto Address>
struct FunctionRegistration {
  static inline const bool registered = register_unnamed<Address>();
};

/// The entry of a function that is a template's argument: under its own name where it has one.
template <auto Address>
const Function& function_entry() {
  static_assert(FunctionPointer<decltype(Address)>, "circuit: spawn<f> takes a free function");
  static_cast<void>(FunctionRegistration<Address>::registered);
  return *find_function(reinterpret_cast<void (*)()>(Address));
}

/// The entry of a function or lambda that is handed to spawn; throws Error{invalid} naming the cure.
template <class F>
const Function& function_entry(F function) {
  if constexpr (CapturelessLambda<F>) {
    static_cast<void>(LambdaRegistration<F>::registered);
    if (const Function* entry = find_function(type_id(typeid(F)))) return *entry;
  } else if constexpr (FunctionPointer<F>) {
    if (const Function* entry = find_function(reinterpret_cast<void (*)()>(function))) return *entry;
  }
  throw Error(ErrorKind::invalid, "the function is not registered: add CIRCUIT_FUNCTION(name); beside it");
}

/// What is handed to spawn, as the function that it is.
template <class F>
struct SpawnSignature {
  static_assert(
      FunctionPointer<F>,
      "circuit: spawn takes a function or a lambda that captures nothing; pass what it needs as arguments");
  using Result = void;
  using Arguments = std::tuple<>;
};
template <FunctionPointer F>
struct SpawnSignature<F> : Signature<F> {};
template <CapturelessLambda F>
struct SpawnSignature<F> : Signature<decltype(&F::operator())> {};

}  // namespace lang
}  // namespace circuit

#define CIRCUIT_DETAIL_PASTE_AGAIN(a, b) a##b
#define CIRCUIT_DETAIL_PASTE(a, b) CIRCUIT_DETAIL_PASTE_AGAIN(a, b)

/// Registers a free function as a worker function. Names of its parameters may follow, each alone or with the
/// value that it has when a console leaves it out: CIRCUIT_FUNCTION(sleep, {"seconds", 60}).
#define CIRCUIT_FUNCTION(function, ...)                                                     \
  [[maybe_unused]] static const bool CIRCUIT_DETAIL_PASTE(circuit_function_, __COUNTER__) = \
      ::circuit::lang::register_named<&function>(#function, {__VA_ARGS__})
