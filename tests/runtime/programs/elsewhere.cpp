// An app whose workers are another program: it knows the function's name and types only.
#include <iostream>

#include <circuit/circuit.hpp>

namespace {

std::string shout(std::string) { throw std::logic_error("this is the app's and not the worker's"); }
CIRCUIT_FUNCTION(shout);
std::string whisper(std::string text) { return text; }
CIRCUIT_FUNCTION(whisper);

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime::Options options;
  if (argc > 1) options.worker_executable = argv[1];
  circuit::Runtime runtime(argc, argv, options);
  std::cout << runtime.spawn("localhost", {}, shout, "from the library").value << std::endl;
  runtime.spawn("localhost", {}, whisper, "nobody there whispers");
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
