// Worker functions and methods that are coroutines.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <circuit/detail/invoke.hpp>

namespace circuit::lang {

/// Runs a coroutine on this thread, from its beginning to its end: all that it awaits comes back to this
/// thread, so that circuit::here() and circuit::stop_token() are those of the call, and it may block as well.
/// When the call is given up, what the coroutine awaits is cancelled. Throws what the coroutine throws.
template <class T>
T run_coroutine(boost::asio::awaitable<T> coroutine) {
  namespace asio = boost::asio;
  require_may_block();
  asio::io_context loop(1);
  asio::cancellation_signal cancel;
  std::exception_ptr error;
  std::conditional_t<std::is_void_v<T>, std::nullptr_t, std::optional<T>> result{};
  auto ended = [&](std::exception_ptr thrown, auto&&... value) {
    error = std::move(thrown);
    if constexpr (!std::is_void_v<T>) result.emplace(std::move(value)...);
  };
  asio::co_spawn(loop, std::move(coroutine), asio::bind_cancellation_slot(cancel.slot(), std::move(ended)));
  std::stop_callback on_stop(current_stop_token(), [&] {
    asio::post(loop, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
  });
  loop.run();
  if (error) std::rethrow_exception(error);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
struct CallResult<boost::asio::awaitable<T>> {
  using type = T;
  template <class Call>
  static T of(Call call) {
    return run_coroutine(call());
  }
};

}  // namespace circuit::lang
