// Asynchronous calls: any Asio completion token in place of blocking.
//
//   auto best = r.async_call<&Reducer::top>(boost::asio::use_future);                    // std::future<...>
//   auto best = co_await r.async_call<&Reducer::top>(boost::asio::use_awaitable);
//   r.async_call<&Reducer::top>([](std::exception_ptr error, std::vector<Post> best) { ... });
//
// Worker functions and methods may be coroutines themselves, that return a boost::asio::awaitable<T>: their
// callers get a T.
//
// The error is an Error, or null. A handler without an executor of its own runs on a thread of the runtime
// that may block. The handler's cancellation slot cancels the call: it ends with `cancelled`, and stop is
// requested at the callee. The context of a handler's executor is kept at work until the handler has been
// given to it, and must not end before. Every handler is called once, at the latest when the runtime ends.
// This header is not part of circuit.hpp, because it brings Asio.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

#include <circuit/detail/async_call.hpp>
#include <circuit/detail/coroutine.hpp>
#include <circuit/runtime.hpp>

namespace circuit {

namespace lang {

/// Lets a handler's cancellation slot stop what runs in several steps.
template <class Slot>
std::stop_token stop_token_of(Slot slot) {
  if (!slot.is_connected()) return {};
  std::stop_source stop;
  connect(slot, [stop]() mutable { stop.request_stop(); });
  return stop.get_token();
}

/// Reads the result of a worker function, and adds where it ran.
template <class R>
struct ReadSpawned {
  std::shared_ptr<Address> worker = std::make_shared<Address>();

  Spawned<R> operator()(const Reply& reply) const {
    if constexpr (std::is_void_v<R>)
      return {*worker};
    else
      return {reply.template value<R>(), *worker};
  }
  std::unique_ptr<Completion> heir() const { return nullptr; }
};

template <class Function, class Token>
struct AsyncSpawn {
  using Result = ValueOf<typename SpawnSignature<Function>::Result>;

  template <class Arguments>
  static auto start(Runtime& runtime, Token& token, SpawnPlan plan, Arguments arguments) {
    auto initiate = [&runtime](auto handler, const PoolExecutor& pool, SpawnPlan planned, Arguments values) {
      const std::stop_token stop = stop_token_of(boost::asio::get_associated_cancellation_slot(handler));
      ReadSpawned<Result> read;
      auto delivery = std::make_unique<Delivery<Spawned<Result>, decltype(handler), ReadSpawned<Result>>>(
          std::move(handler), pool, read);
      pool.execute([&runtime, planned = std::move(planned), values = std::move(values), stop, read,
                    delivery = std::move(delivery)]() mutable {
        try {
          if (stop.stop_requested())
            throw Error(ErrorKind::cancelled, "the spawn was cancelled before it began");
          PendingSpawn pending = runtime.begin_spawn(planned.host, planned.anchors, *planned.function);
          *read.worker = pending.worker();
          pending.cancel_on(stop);
          std::apply([&](const auto&... value) { encode_arguments(pending.call().arguments(), value...); },
                     values);
          pending.call().start(std::move(delivery));
        } catch (const Error& error) {
          if (delivery) delivery->fail_later(error.failure());
        }
      });
    };
    return boost::asio::async_initiate<Token, typename AsyncSignature<Spawned<Result>>::type>(
        std::move(initiate), token, PoolExecutor(executor_target(runtime.node())), std::move(plan),
        std::move(arguments));
  }
};

/// Runs a piece of code that may block on a thread of the runtime, and hands its result to a handler.
template <class R, class Handler>
void run_for(Handler handler, const PoolExecutor& pool, std::function<R(std::stop_token)> code) {
  const std::stop_token stop = stop_token_of(boost::asio::get_associated_cancellation_slot(handler));
  auto work = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler, pool));
  pool.execute([handler = std::move(handler), work = std::move(work), code = std::move(code),
                stop]() mutable {
    // What the code returns is kept until the handler runs, on its own executor.
    auto result = std::make_shared<std::future<R>>(std::async(std::launch::deferred, std::move(code), stop));
    result->wait();
    boost::asio::dispatch(work.get_executor(), [handler = std::move(handler), result]() mutable {
      finish<R>(handler, [&] { return result->get(); });
    });
  });
}

}  // namespace lang

/// Any operation that blocks, with an Asio completion token: `code` runs on a thread of the runtime and is
/// handed a token of which stop is requested when the operation is cancelled. The signature is
/// void(std::exception_ptr, Result).
///   async_invoke(runtime, boost::asio::use_awaitable, [&](std::stop_token) { return
///   runtime.start_worker("localhost", {}); })
template <class Token, class Code>
auto async_invoke(Runtime& runtime, Token&& token, Code code) {
  using R = std::invoke_result_t<Code, std::stop_token>;
  return boost::asio::async_initiate<Token, typename lang::AsyncSignature<R>::type>(
      [](auto handler, const PoolExecutor& pool, std::function<R(std::stop_token)> piece) {
        lang::run_for<R>(std::move(handler), pool, std::move(piece));
      },
      token, PoolExecutor(lang::executor_target(runtime.node())),
      std::function<R(std::stop_token)>(std::move(code)));
}

}  // namespace circuit
