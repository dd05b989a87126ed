// A function that is given a secret, and stays.
#include <iostream>
#include <string_view>
#include <thread>
#include <unistd.h>

#include <circuit/circuit.hpp>

class Vault {
 public:
  std::size_t open(circuit::Secret<std::string> key) {
    opened_.receive();
    return key.reveal().size();
  }
  void go_on() { opened_.send(1); }
  explicit Vault(circuit::Channel<std::int32_t> opened) : opened_(std::move(opened)) {}

 private:
  circuit::Channel<std::int32_t> opened_;
};
CIRCUIT_INTERFACE(Vault, concurrent, open, go_on);

namespace {

/// The secret itself is on no command line: it is read.
std::size_t keep(std::string user, circuit::Secret<std::string> key, std::int32_t number) {
  std::cout << user << " " << key.reveal().size() << " " << number << std::endl;
  circuit::here().daemonize([](std::stop_token stop) {
    while (!stop.stop_requested()) ::usleep(1000);
  });
  auto vault = circuit::here().make<Vault>(circuit::here().channel<std::int32_t>());
  std::jthread opener([&] { vault.call<&Vault::open>(key); });
  // For as long as there is no permission, a call with the secret is in flight.
  while (::access("permission", F_OK) != 0) ::usleep(1000);
  vault.call<&Vault::go_on>();
  return key.reveal().size();
}
CIRCUIT_FUNCTION(keep, "user", "key", "number");

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  std::string key;
  std::getline(std::cin, key);
  const circuit::Secret<std::string> secret(key);
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (part == "restart") {
    const circuit::SpawnOptions again{.restart = {.on = circuit::RestartOn::always}};
    runtime.spawn("localhost", {}, again, keep, "me", secret, 7);
  } else {
    std::cout << runtime.spawn("localhost", {"/vault"}, keep, "me", secret, 7).value << std::endl;
  }
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
