// A channel that crosses processes, and a lambda as the worker function.
#include <iostream>

#include <circuit/circuit.hpp>

int main(int argc, char** argv) {
  circuit::Runtime runtime(argc, argv);
  auto feedback = runtime.channel<int>();
  auto answer = [](circuit::Channel<int> channel) { channel.send(1); };
  runtime.spawn("localhost", {}, answer, feedback);
  feedback.receive();
  std::cout << "Roundtrip complete." << std::endl;
}
