// What the older and the newer program have in common: nothing of their types and functions, but one source
// that both compile, which is no reason to take its lambda for the same.
#pragma once

#include <iostream>
#include <string>
#include <string_view>

#include <circuit/circuit.hpp>

namespace generations {

inline auto same_lambda() {
  return [](std::int32_t number) { return 2 * number; };
}
inline std::int32_t same_function(std::int32_t number) { return 2 * number; }

inline void expect(bool holds, std::string_view what) {
  std::cout << (holds ? "right: " : "WRONG: ") << what << std::endl;
}

template <class Call>
void show_error(Call call) {
  try {
    call();
    std::cout << "no error" << std::endl;
  } catch (const circuit::Error& error) {
    std::cout << circuit::name_of(error.kind()) << " | " << error.what() << std::endl;
  }
}

/// What is known to one build alone, whatever the sources say.
inline void spawn_what_has_no_name(circuit::Runtime& runtime) {
  show_error([&] { runtime.spawn("localhost", {}, same_lambda(), 21); });
  show_error([&] { runtime.spawn<same_function>("localhost", {}, 21); });
}

}  // namespace generations
