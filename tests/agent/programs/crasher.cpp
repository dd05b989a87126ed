// A program whose workers crash before they have said anything.
#include <circuit/circuit.hpp>

#include <cstdlib>
#include <iostream>
#include <string_view>

int answer() { return 42; }
CIRCUIT_FUNCTION(answer);

int main(int argc, char** argv) try {
  const char* role = std::getenv("CIRCUIT_ROLE");
  if (role != nullptr && std::string_view(role) == "worker") {
    std::cerr << "the licence has expired" << std::endl;
    std::_Exit(7);
  }
  circuit::Runtime runtime(argc, argv);
  runtime.spawn("localhost", {"/crasher"}, answer);
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
