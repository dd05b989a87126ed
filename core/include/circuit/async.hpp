// Asynchronous calls: any Asio completion token in place of blocking.
//
//   auto best = r.async_call<&Reducer::top>(boost::asio::use_future);                    // std::future<...>
//   auto best = co_await r.async_call<&Reducer::top>(boost::asio::use_awaitable);
//   r.async_call<&Reducer::top>([](std::exception_ptr error, std::vector<Post> best) { ... });
//
// The error is an Error, or null. A handler without an executor of its own runs on a thread of the runtime
// that may block. The handler's cancellation slot cancels the call: it ends with `cancelled`, and stop is
// requested at the callee. Every handler is called once, at the latest when the runtime ends. This header is
// not part of circuit.hpp, because it brings Asio.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <circuit/runtime.hpp>

namespace circuit {

namespace lang {

/// The threads of a runtime that may block, for executors that may outlive it. Thread safety: any thread.
class ExecutorTarget {
 public:
  virtual ~ExecutorTarget() = default;
  /// Runs `job` on one of them; when the runtime has ended, on the calling thread.
  virtual void run(std::function<void()> job) = 0;
  virtual boost::asio::execution_context& context() = 0;
};
std::shared_ptr<ExecutorTarget> executor_target(Node& node);

}  // namespace lang

/// An Asio executor on the threads of a runtime that may block: coroutines spawned on it may make blocking
/// calls too. Thread safety: any thread.
class PoolExecutor {
 public:
  explicit PoolExecutor(std::shared_ptr<lang::ExecutorTarget> target) : target_(std::move(target)) {}

  template <class Function>
  void execute(Function function) const {
    auto shared = std::make_shared<Function>(std::move(function));
    target_->run([shared] { (*shared)(); });
  }

  boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
    return target_->context();
  }
  static constexpr boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) noexcept {
    return boost::asio::execution::blocking.never;
  }
  PoolExecutor require(boost::asio::execution::blocking_t::never_t) const { return *this; }

  friend bool operator==(const PoolExecutor&, const PoolExecutor&) noexcept = default;

 private:
  std::shared_ptr<lang::ExecutorTarget> target_;
};

namespace lang {

/// Calls the handler with what `get` returns, or with what it throws.
template <class R, class Handler, class Get>
void finish(Handler& handler, Get get) {
  std::exception_ptr error;
  if constexpr (std::is_void_v<R>) {
    try {
      get();
    } catch (...) {
      error = std::current_exception();
    }
    std::move(handler)(std::move(error));
  } else {
    R value{};
    try {
      value = get();
    } catch (...) {
      error = std::current_exception();
    }
    std::move(handler)(std::move(error), std::move(value));
  }
}

/// Hands the answer of a call to a handler, on the handler's executor; the answer is decoded there.
template <class R, class Handler, class Read>
class Delivery final : public Completion {
 public:
  Delivery(Handler handler, const PoolExecutor& pool, Read read)
      : handler_(std::move(handler)),
        work_(boost::asio::get_associated_executor(handler_, pool)),
        read_(std::move(read)) {}

  void complete(Reply reply) override {
    boost::asio::dispatch(work_.get_executor(),
                          [handler = std::move(handler_), reply = std::move(reply), read = read_]() mutable {
                            finish<R>(handler, [&]() -> R { return read(reply); });
                          });
  }
  void fail(const Failure& failure) override {
    boost::asio::dispatch(work_.get_executor(), failing(failure));
  }
  std::unique_ptr<Completion> heir() override { return read_.heir(); }
  /// For a call that has not begun: a handler must not run within the function that takes it.
  void fail_later(const Failure& failure) { boost::asio::post(work_.get_executor(), failing(failure)); }

 private:
  auto failing(const Failure& failure) {
    return [handler = std::move(handler_), failure]() mutable {
      finish<R>(handler, [&]() -> R { throw Error(failure); });
    };
  }

  Handler handler_;
  boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler, PoolExecutor>> work_;
  Read read_;
};

template <class R>
struct AsyncSignature {
  using type = void(std::exception_ptr, R);
};
template <>
struct AsyncSignature<void> {
  using type = void(std::exception_ptr);
};

/// Lets a handler's cancellation slot cancel the call. The slot keeps the canceller after the call's end,
/// when it does nothing any more.
template <class Slot, class Cancel>
void connect(Slot slot, Cancel cancel) {
  if (slot.is_connected())
    slot.assign([cancel = std::move(cancel)](boost::asio::cancellation_type type) mutable {
      if (type != boost::asio::cancellation_type::none) cancel();
    });
}

/// A call whose arguments are encoded, or why there is none.
struct PreparedCall {
  std::optional<OutgoingCall> call;
  Failure failure;
};

/// Starts one asynchronous call whose result is an R. `make` returns the OutgoingCall with its arguments; it
/// runs at once, so that what the arguments refer to is not needed later. What it throws goes to the handler. `read`
/// makes the result of the answer.
template <class R, class Token>
struct Async {
  template <class Make, class Read = ReadValue<R>>
  static auto start(Node& node, Token& token, Make make, Read read = {}) {
    PreparedCall prepared;
    try {
      prepared.call.emplace(make());
    } catch (const Error& error) {
      prepared.failure = error.failure();
    }
    auto initiate = [](auto handler, const PoolExecutor& pool, Read reader, PreparedCall begun) {
      auto slot = boost::asio::get_associated_cancellation_slot(handler);
      auto delivery = std::make_unique<Delivery<R, decltype(handler), Read>>(std::move(handler), pool,
                                                                             std::move(reader));
      if (!begun.call) return delivery->fail_later(begun.failure);
      connect(slot, begun.call->start(std::move(delivery)));
    };
    return boost::asio::async_initiate<Token, typename AsyncSignature<R>::type>(
        std::move(initiate), token, PoolExecutor(executor_target(node)), std::move(read),
        std::move(prepared));
  }
};

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
          if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "the spawn was cancelled before it began");
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
  boost::asio::executor_work_guard work(boost::asio::get_associated_executor(handler, pool));
  pool.execute([handler = std::move(handler), work = std::move(work), code = std::move(code), stop]() mutable {
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
///   async_invoke(runtime, boost::asio::use_awaitable, [&](std::stop_token) { return runtime.start_worker("localhost", {}); })
template <class Token, class Code>
auto async_invoke(Runtime& runtime, Token&& token, Code code) {
  using R = std::invoke_result_t<Code, std::stop_token>;
  return boost::asio::async_initiate<Token, typename lang::AsyncSignature<R>::type>(
      [](auto handler, const PoolExecutor& pool, std::function<R(std::stop_token)> piece) {
        lang::run_for<R>(std::move(handler), pool, std::move(piece));
      },
      token, PoolExecutor(lang::executor_target(runtime.node())), std::function<R(std::stop_token)>(std::move(code)));
}

}  // namespace circuit
