// Channels: queues that cross processes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <circuit/detail/invoke.hpp>

namespace circuit {

namespace lang {

/// How a channel handles values whose type only its creator knows.
struct ChannelValue {
  std::shared_ptr<void> (*decode)(Decoder& decoder);
  void (*encode)(Encoder& encoder, const void* value);
};
/// A servant that keeps an unbounded queue of values; `interface` is `channel<T>`.
std::shared_ptr<Servant> make_channel_servant(std::string interface, ChannelValue value);
std::uint64_t channel_send_id() noexcept;
std::uint64_t channel_receive_id() noexcept;
std::uint64_t channel_close_id() noexcept;

template <class T>
const std::string& channel_interface() {
  static const std::string name = "channel<" + descriptor_of<T>() + ">";
  return name;
}

template <class T>
std::shared_ptr<Servant> make_channel_servant() {
  return make_channel_servant(
      channel_interface<T>(),
      {[](Decoder& decoder) -> std::shared_ptr<void> {
         auto value = std::make_shared<T>();
         circuit::decode(decoder, *value);
         return value;
       },
       [](Encoder& encoder, const void* value) { circuit::encode(encoder, *static_cast<const T*>(value)); }});
}

}  // namespace lang

/// One end of a queue of T that lives in the process that made it (Runtime::channel), unbounded, with any
/// number of senders and receivers in any process. Passed by reference: copies are ends of the same queue.
/// Each value is received once; those of one sender in the order in which it sent them. An end whose queue's
/// process has died fails with `dead`.
///
/// Thread safety: any thread; assignment as for std::shared_ptr.
template <class T>
class Channel {
 public:
  /// An end of nothing.
  Channel() = default;
  explicit Channel(lang::TargetPointer target) : target_(std::move(target)) {}

  explicit operator bool() const noexcept { return target_ != nullptr; }

  /// Appends a value; returns when the queue has it. Throws Error, `refused` when the channel is closed.
  void send(const T& value) const {
    lang::OutgoingCall call(target(), lang::channel_send_id(), {}, "channel.send");
    lang::encode_arguments(call.arguments(), value);
    call.run();
  }

  /// Takes the first value; blocks until there is one. Throws Error, `refused` when the channel is closed and
  /// empty.
  T receive() const {
    std::optional<T> value = next();
    if (!value) throw Error(ErrorKind::refused, "the channel is closed");
    return std::move(*value);
  }

  /// Takes the first value; blocks until there is one. Empty: the channel is closed and all was received.
  std::optional<T> next() const {
    lang::OutgoingCall call(target(), lang::channel_receive_id(), {std::chrono::milliseconds(0)},
                            "channel.receive");
    lang::encode_arguments(call.arguments());
    return call.run().template value<std::optional<T>>();
  }

  /// Nothing can be sent any more; what was sent can still be received.
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
  const lang::TargetPointer& target() const {
    if (!target_) throw Error(ErrorKind::invalid, "an empty channel: make one with Runtime::channel");
    return target_;
  }
  template <class>
  friend struct Codec;

  lang::TargetPointer target_;
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
