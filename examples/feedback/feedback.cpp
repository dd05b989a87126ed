// A channel that crosses processes, and a lambda as the worker function.
#include <iostream>

#include <circuit/circuit.hpp>

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  auto feedback = runtime.channel<int>();
  runtime.spawn(
      "localhost", {}, [](circuit::Channel<int> channel) { channel.send(1); }, feedback);
  feedback.receive();
  std::cout << "Roundtrip complete." << std::endl;
} catch (const circuit::Error& error) {
  std::cerr << "feedback: " << error.what() << "\n";
  return 1;
}
