#include "client.hpp"

#include <cstring>

#include "callers.hpp"
#include "echo.hpp"
#include "meeting.hpp"
#include "spawns.hpp"

namespace circuit::bench {
namespace {

Bytes payload_of(const Options& options) {
  Buffer buffer;
  std::memset(buffer.extend(options.payload_bytes), 'x', options.payload_bytes);
  return Bytes(std::move(buffer));
}

template <class Echo>
void run_window(const Options& options, const Ref<Echo>& echo) {
  const Bytes payload = payload_of(options);
  Window(options, [&](Window& window, Steady::time_point now) {
    echo.template async_call<&Echo::echo>(
        [&window, now](const std::exception_ptr& failure, const Bytes&) { window.ended(now, failure); },
        payload);
  }).run();
}

/// Makes an object, calls it and drops it, as often as the window has room for.
template <class Echo>
void run_objects_window(const Options& options, const Ref<Echo>& factory) {
  const Bytes payload = payload_of(options);
  Window(options, [&](Window& window, Steady::time_point now) {
    factory.template async_call<&Echo::make>(
        [&payload, &window, now](const std::exception_ptr& failure, const Ref<Echo>& made) {
          if (failure) return window.ended(now, failure);
          made.template async_call<&Echo::echo>(
              [&window, now](const std::exception_ptr& second, const Bytes&) { window.ended(now, second); },
              payload);
        });
  }).run();
}

template <class Echo>
void run_objects(const Options& options, const Ref<Echo>& factory) {
  if (options.outstanding > 1) return run_objects_window(options, factory);
  run_one_caller(options, [&factory, payload = payload_of(options), pipelined = options.pipelined] {
    const Ref<Echo> made =
        pipelined ? factory.template pipeline<&Echo::make>() : factory.template call<&Echo::make>();
    made.template call<&Echo::echo>(payload);
  });
}

template <class Echo>
void run_with(const Options& options, Runtime& runtime) {
  const Ref<Echo> echo = runtime.dial<Echo>(read_address(options.port), echo_service);
  auto call = [&echo, payload = payload_of(options)] { echo.template call<&Echo::echo>(payload); };
  if (options.work == "w1") return run_one_caller(options, call);
  if (options.work == "w3") return run_callers(options, call);
  if (options.work == "w5") return run_objects(options, echo);
  run_window(options, echo);
}

}  // namespace

void run_client(const Options& options) {
  if (options.work == "w6") return run_spawns(options);
  Runtime runtime(0, nullptr, {.directory = directory_of(options.port), .start_agent = false});
  switch (options.execution) {
    case Execution::inline_calls: return run_with<InlineEcho>(options, runtime);
    case Execution::pool: return run_with<PoolEcho>(options, runtime);
    case Execution::coroutine: return run_with<CoroutineEcho>(options, runtime);
  }
}

}  // namespace circuit::bench
