// Workers that offer channels and find them, by nothing but their names.
#include <condition_variable>
#include <mutex>
#include <string>

#include <circuit/circuit.hpp>

namespace {

using namespace std::chrono_literals;

void await_stop() {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, circuit::here().stop_token(), [] { return false; });
}

/// Offers a queue of numbers that has one in it, and stays.
void offer(std::string name) {
  auto numbers = circuit::here().channel<int>(100);
  numbers.send(7);
  circuit::here().offer_channel(name, numbers);
  await_stop();
}
CIRCUIT_FUNCTION(offer);

/// Takes numbers from one channel, and offers their doubles in another.
void doubles(std::string from, std::string to) {
  auto out = circuit::here().channel<int>(10);
  circuit::here().offer_channel(to, out);
  for (int number : circuit::here().open_channel<int>(from, 30s)) out.send(2 * number);
  out.close();
  await_stop();
}
CIRCUIT_FUNCTION(doubles);

/// Once somebody stands under `signal`, offers a channel as many others do; tells whether it was the one.
void contend(std::string name, std::string signal, std::string results) {
  circuit::Runtime& runtime = circuit::here();
  auto told = runtime.open_channel<bool>(results);
  circuit::Directory awaited = runtime.anchors().open(signal);
  for (circuit::AnchorListing seen = awaited.files(); seen.files.empty();) seen = awaited.change(seen.rev);
  try {
    runtime.offer_channel(name, runtime.channel<int>());
    told.send(true);
  } catch (const circuit::Error& error) {
    if (error.kind() != circuit::ErrorKind::refused) throw;
    told.send(false);
  }
  await_stop();
}
CIRCUIT_FUNCTION(contend);

}  // namespace

int main(int argc, char** argv) {
  circuit::Runtime runtime(argc, argv);
  return 0;
}
