// Spawns that nobody blocks for.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string>

#include <circuit/async.hpp>
#include <circuit/circuit.hpp>

namespace asio = boost::asio;
using circuit::Channel;

int twice(int number) { return 2 * number; }
CIRCUIT_FUNCTION(twice);

// A worker function that is a coroutine, and spawns others.
asio::awaitable<int> power(int times) {
  int number = 1;
  for (int i = 0; i < times; ++i)
    number =
        (co_await circuit::here().async_spawn(asio::use_awaitable, "localhost", {}, twice, number)).value;
  co_return number;
}
CIRCUIT_FUNCTION(power);

// Runs until it is stopped, and says so.
void wait_for_stop(Channel<std::string> said) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  said.send("began");
  stopped.wait(lock, circuit::stop_token(), [] { return false; });
}
CIRCUIT_FUNCTION(wait_for_stop);

namespace {

void futures(circuit::Runtime& runtime) {
  std::vector<std::future<circuit::Spawned<int>>> all;
  for (int i = 1; i <= 5; ++i)
    all.push_back(runtime.async_spawn(asio::use_future, "localhost", {"/twice"}, twice, i));
  int sum = 0;
  for (auto& one : all) sum += one.get().value;
  std::printf("%d\n", sum);
}

asio::awaitable<int> in_a_row(circuit::Runtime& runtime) {
  int number = 1;
  for (int i = 0; i < 3; ++i)
    number = (co_await runtime.async_spawn(asio::use_awaitable, "localhost", {}, twice, number)).value;
  const circuit::Address worker = co_await circuit::async_invoke(
      runtime, asio::use_awaitable, [&](std::stop_token) { return runtime.start_worker("localhost", {}); });
  runtime.release(worker);
  co_return number;
}

void coroutine(circuit::Runtime& runtime) {
  asio::io_context context;
  auto number = asio::co_spawn(context, in_a_row(runtime), asio::use_future);
  context.run();
  std::printf("%d\n", number.get());
}

void report(std::exception_ptr error) {
  try {
    if (error) std::rethrow_exception(error);
    std::puts("no error");
  } catch (const circuit::Error& what) {
    std::printf("%s\n", std::string(name_of(what.kind())).c_str());
  }
}

void cancel(circuit::Runtime& runtime) {
  auto said = runtime.channel<std::string>();
  asio::cancellation_signal signal;
  std::promise<std::exception_ptr> ended;
  runtime.async_spawn(
      asio::bind_cancellation_slot(
          signal.slot(), [&](std::exception_ptr error, circuit::Spawned<void>) { ended.set_value(error); }),
      "localhost", {}, wait_for_stop, said);
  std::printf("%s\n", said.receive().c_str());
  signal.emit(asio::cancellation_type::terminal);
  report(ended.get_future().get());
}

void unknown_host(circuit::Runtime& runtime) {
  std::promise<std::exception_ptr> ended;
  runtime.async_spawn([&](std::exception_ptr error, circuit::Spawned<int>) { ended.set_value(error); },
                      "no-such-host", {}, twice, 1);
  report(ended.get_future().get());
}

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime{argc, argv};
  futures(runtime);
  coroutine(runtime);
  std::printf("%d\n", runtime.spawn("localhost", {}, power, 4).value);
  cancel(runtime);
  unknown_host(runtime);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
