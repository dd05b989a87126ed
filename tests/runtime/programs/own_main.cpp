// A program that is linked with Circuit::worker_main and has a main all the same: it is this one that counts.
#include <iostream>

#include <circuit/circuit.hpp>

namespace {

void say_so() { std::cout << "the function has run" << std::endl; }
CIRCUIT_FUNCTION(say_so);

}  // namespace

int main(int argc, char** argv) {
  circuit::Runtime runtime(argc, argv);
  std::cout << runtime.spawn("localhost", {}, say_so).worker.id.string() << std::endl;
  std::cout << "the main has run" << std::endl;
}
