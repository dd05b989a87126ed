// Channels: queues that cross processes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <ranges>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <circuit/detail/channel_values.hpp>

namespace circuit {

class Runtime;

/// One end of a queue of T that lives in the process that made it (Runtime::channel), with any number of
/// senders and receivers in any process. Passed by reference: copies are ends of the same queue. Each value
/// is received once; those of one sender in the order in which it sent them. An end whose queue's process has
/// died fails with `dead`.
///
/// Waits have no deadline but that of within(), and end when stop is requested of until(). A wait that is
/// given up loses no value: one that is on its way when a receive is given up is received, or goes back to
/// the front of the queue.
///
/// Thread safety: any thread; assignment as for std::shared_ptr.
template <class T>
class Channel {
 public:
  /// An end of nothing.
  Channel() = default;
  explicit Channel(lang::TargetPointer target) : target_(std::move(target)) {}

  explicit operator bool() const noexcept { return target_ != nullptr; }

  /// The same end, whose operations wait at most this long, then fail with `deadline`. Zero: for ever.
  Channel within(std::chrono::milliseconds deadline) const {
    Channel copy = *this;
    copy.options_.deadline = deadline;
    return copy;
  }
  /// The same end, whose waits fail with `cancelled` when stop is requested.
  Channel until(std::stop_token stop) const {
    Channel copy = *this;
    copy.options_.stop = std::move(stop);
    return copy;
  }

  /// Appends the value; returns when the queue has it, or where it has no room at all, when a receiver has.
  /// Throws Error, `refused` when the channel is closed, `overloaded` when an unbounded queue has reached its
  /// limit in bytes.
  void send(const T& value) const { begin_send({value}, true).run().template value<std::uint64_t>(); }

  /// Appends the value if there is room now.
  bool try_send(const T& value) const {
    return begin_send({value}, false).run().template value<std::uint64_t>() == 1;
  }

  /// Appends all values of a range in their order, many in one message; returns how many the queue has taken,
  /// which are all unless the wait was given up or the channel closed when it had some of them. With none it
  /// throws as send() does.
  template <std::ranges::input_range Range>
  std::size_t send_all(Range&& range) const {
    std::size_t sent = 0;
    std::vector<T> batch;
    auto flush = [&] {
      const std::size_t size = batch.size();
      std::uint64_t taken = 0;
      try {
        taken = begin_send(std::exchange(batch, {}), true).run().template value<std::uint64_t>();
      } catch (const Error&) {
        if (sent == 0) throw;
      }
      sent += taken;
      return taken == size;
    };
    for (auto&& value : range) {
      batch.push_back(static_cast<T>(std::forward<decltype(value)>(value)));
      if (batch.size() == batch_values && !flush()) return sent;
    }
    if (!batch.empty()) flush();
    return sent;
  }

  /// Takes the first value; waits until there is one. Throws Error, `refused` when the channel is closed and
  /// empty.
  T receive() const { return value_of(next()); }

  /// Takes the first value; waits until there is one. Empty: the channel is closed and all was received.
  std::optional<T> next() const { return first_of(run_receive(1, true)); }

  /// Takes the first value if there is one now.
  std::optional<T> try_receive() const { return first_of(run_receive(1, false)); }

  /// Takes up to `at_most` values that are there; waits until there is one. Empty: the channel is closed and
  /// all was received.
  std::vector<T> receive_all(std::size_t at_most = batch_values) const {
    return run_receive(at_most, true).value_or(std::vector<T>());
  }

  /// The same with an Asio completion token, whose signature is void(std::exception_ptr): see
  /// circuit/async.hpp.
  template <class Token>
  auto async_send(Token&& token, const T& value) const {
    return lang::Async<void, std::remove_reference_t<Token>>::start(
        target()->node(), token, [&] { return begin_send({value}, true); }, lang::Ignore());
  }
  /// The same with a completion token; the signature is void(std::exception_ptr, std::optional<T>). Empty:
  /// the channel is closed and all was received.
  template <class Token>
  auto async_next(Token&& token) const {
    return lang::Async<std::optional<T>, std::remove_reference_t<Token>>::start(
        target()->node(), token, [&] { return begin_receive(1, true); }, FirstValue{target_});
  }

  /// Nothing can be sent any more; what was sent can still be received, and senders that wait are refused.
  void close() const {
    lang::OutgoingCall call(target(), lang::channel_close_id(), {}, "channel.close");
    lang::encode_arguments(call.arguments());
    call.run();
  }

  /// Receives until the channel is closed: for (int i : channel) ...
  class Iterator {
   public:
    explicit Iterator(const Channel* channel) : channel_(channel) { ++*this; }
    T& operator*() { return *value_; }
    Iterator& operator++() {
      value_ = channel_->next();
      return *this;
    }
    bool operator==(std::nullptr_t) const noexcept { return !value_; }

   private:
    const Channel* channel_;
    std::optional<T> value_;
  };
  Iterator begin() const { return Iterator(this); }
  std::nullptr_t end() const noexcept { return nullptr; }

 private:
  using Received = std::optional<std::vector<T>>;

  /// Values of one message: enough that the message costs less than they do, few enough to be far from its
  /// limit.
  static constexpr std::size_t batch_values = std::is_arithmetic_v<T> ? 8192 : 256;

  /// Sends back what has come for a receiver that was gone.
  class PutBack final : public lang::Completion {
   public:
    explicit PutBack(lang::TargetPointer target) : target_(std::move(target)) {}
    void complete(lang::Reply reply) override {
      try {
        Received values = reply.template value<Received>();
        if (!values || values->empty()) return;
        lang::OutgoingCall call(target_, lang::channel_put_back_id(), {}, "channel.put_back");
        lang::encode_arguments(call.arguments(), *values);
        call.start(std::make_unique<PutBack>(nullptr));
      } catch (const Error&) {  // no such values, or the runtime has ended: there is nobody to tell
      }
    }
    void fail(const Failure&) override {}

   private:
    lang::TargetPointer target_;
  };

  /// Reads the answer to a receive of one value.
  struct FirstValue {
    lang::TargetPointer target;
    std::optional<T> operator()(const lang::Reply& reply) const {
      return first_of(reply.template value<Received>());
    }
    std::unique_ptr<lang::Completion> heir() const { return std::make_unique<PutBack>(target); }
  };

  static std::optional<T> first_of(Received values) {
    if (!values || values->empty()) return std::nullopt;
    return static_cast<T>(std::move(values->front()));
  }
  static T value_of(std::optional<T> value) {
    if (!value) throw Error(ErrorKind::refused, "the channel is closed");
    return std::move(*value);
  }

  const lang::TargetPointer& target() const {
    if (!target_) throw Error(ErrorKind::invalid, "an empty channel: make one with Runtime::channel");
    return target_;
  }
  lang::OutgoingCall begin(std::uint64_t method, std::string_view name) const {
    lang::CallOptions options = options_;
    options.deadline = options.deadline.value_or(std::chrono::milliseconds(0));
    lang::OutgoingCall call(target(), method, std::move(options), name);
    call.wait_for_last_word();
    return call;
  }
  lang::OutgoingCall begin_send(const std::vector<T>& values, bool wait) const {
    lang::OutgoingCall call = begin(lang::channel_send_id(), "channel.send");
    lang::encode_arguments(call.arguments(), values, wait);
    return call;
  }
  lang::OutgoingCall begin_receive(std::uint64_t at_most, bool wait) const {
    lang::OutgoingCall call = begin(lang::channel_receive_id(), "channel.receive");
    lang::encode_arguments(call.arguments(), at_most, wait);
    return call;
  }
  Received run_receive(std::uint64_t at_most, bool wait) const {
    return begin_receive(at_most, wait).run(std::make_unique<PutBack>(target_)).template value<Received>();
  }
  template <class>
  friend struct Codec;
  friend class Runtime;

  lang::TargetPointer target_;
  lang::CallOptions options_;
};

template <class T>
struct Codec<Channel<T>> {
  static void encode(Encoder& encoder, const Channel<T>& channel) {
    lang::encode_target(encoder, channel.target_);
  }
  static void decode(Decoder& decoder, Channel<T>& channel) {
    channel = Channel<T>(lang::decode_target(decoder, lang::channel_interface<T>()));
  }
  static void describe(Descriptor& out) { out.append(lang::channel_interface<T>()); }
};

}  // namespace circuit
