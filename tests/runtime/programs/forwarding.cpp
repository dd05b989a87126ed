// A channel through three processes, whose middle one is replaced now and then.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <numeric>
#include <vector>

#include <circuit/circuit.hpp>

using circuit::Channel;

/// What the last process has seen: how many values, and whether each was one more than the one before it.
struct Report {
  std::uint64_t count = 0;
  bool in_order = true;
};

// Makes the channel that the values end in, and receives from it in the background until it is closed.
Channel<int> start_consumer(Channel<Report> report) {
  circuit::Runtime& runtime = circuit::here();
  auto values = runtime.channel<int>(10'000);
  runtime.run_in_back([values, report](std::stop_token) {
    Report seen;
    for (auto some = values.receive_all(); !some.empty(); some = values.receive_all())
      for (int value : some)
        if (static_cast<std::uint64_t>(value) != seen.count++) seen.in_order = false;
    report.send(seen);
  });
  return values;
}
CIRCUIT_FUNCTION(start_consumer);

// Hands on until it is told to stop: what it has received by then, it still sends.
void forward(Channel<int> from, Channel<int> to, Channel<circuit::Address> began) {
  const auto until_stopped = from.until(circuit::here().stop_token());
  began.send(circuit::here().address());
  try {
    for (auto some = until_stopped.receive_all(); !some.empty(); some = until_stopped.receive_all())
      to.send_all(some);
  } catch (const circuit::Error& error) {
    if (error.kind() != circuit::ErrorKind::cancelled) throw;
  }
}
CIRCUIT_FUNCTION(forward);

int main(int argc, char** argv) try {
  circuit::Runtime runtime{argc, argv};
  const int count = std::atoi(argv[1]), forwarders = std::atoi(argv[2]);
  auto source = runtime.channel<int>(10'000);
  auto report = runtime.channel<Report>();
  auto began = runtime.channel<circuit::Address>();
  const Channel<int> sink = runtime.spawn("localhost", {"/consumer"}, start_consumer, report).value;

  int next = 0;
  for (int i = 1; i <= forwarders; ++i) {
    auto forwarding = std::async(std::launch::async, [&] {
      runtime.spawn("localhost", {"/forwarder"}, forward, source, sink, began);
    });
    const circuit::Address forwarder = began.receive();
    std::vector<int> part(static_cast<std::size_t>(count / forwarders));
    std::iota(part.begin(), part.end(), next);
    next += static_cast<int>(part.size());
    source.send_all(part);
    if (i == forwarders)
      source.close();
    else
      runtime.kill(forwarder);
    forwarding.get();
  }
  sink.close();
  const Report seen = report.receive();
  std::printf("%llu of %d, %s\n", static_cast<unsigned long long>(seen.count), next,
              seen.in_order ? "in order" : "out of order");
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
