// Calls that nobody blocks for: from a completion token to the node and back.
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
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <circuit/detail/invoke.hpp>

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
/// runs at once, so that what the arguments refer to is not needed later. What it throws goes to the handler.
/// `read` makes the result of the answer.
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
      auto delivery =
          std::make_unique<Delivery<R, decltype(handler), Read>>(std::move(handler), pool, std::move(reader));
      if (!begun.call) return delivery->fail_later(begun.failure);
      connect(slot, begun.call->start(std::move(delivery)));
    };
    return boost::asio::async_initiate<Token, typename AsyncSignature<R>::type>(
        std::move(initiate), token, PoolExecutor(executor_target(node)), std::move(read),
        std::move(prepared));
  }
};

}  // namespace lang
}  // namespace circuit
