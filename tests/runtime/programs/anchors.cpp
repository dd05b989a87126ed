// Workers and an app that stand under anchors and change where they stand.
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <circuit/circuit.hpp>

namespace {

void await_stop() {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, circuit::here().stop_token(), [] { return false; });
}

void stay() { await_stop(); }
CIRCUIT_FUNCTION(stay);

/// Stands under `first`, and moves to `second` once somebody stands under `signal`.
void move(std::string first, std::string second, std::string signal) {
  circuit::Anchors anchors = circuit::here().anchors();
  anchors.add(first);
  circuit::Directory awaited = anchors.open(signal);
  for (circuit::AnchorListing seen = awaited.files(); seen.files.empty();) seen = awaited.change(seen.rev);
  anchors.add(second);
  anchors.remove(first);
  await_stop();
}
CIRCUIT_FUNCTION(move);

/// Says how it is refused.
std::string leave_host(std::string path) {
  try {
    circuit::here().anchors().remove(path);
  } catch (const circuit::Error& error) {
    return error.what();
  }
  return "left";
}
CIRCUIT_FUNCTION(leave_host);

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  const std::string_view part = argc > 1 ? argv[1] : "";
  std::vector<circuit::AnchorWatch> watches;
  if (part == "stand") runtime.anchors().add(argv[2]);
  if (part == "watch")
    for (int i = 0; i < 100; ++i)
      watches.push_back(runtime.anchors().watch_subtree(argv[2], [](const auto&) {}));
  if (part == "leave host") {
    std::cout << runtime.spawn("localhost", {}, leave_host, "/host/localhost").value << std::endl;
    return 0;
  }
  std::cout << runtime.address().id.string() << std::endl;
  for (;;) ::pause();
} catch (const circuit::Error& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
