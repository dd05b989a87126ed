// The queue behind a channel's ends.
#include <deque>
#include <fmt/format.h>
#include <mutex>
#include <optional>

#include <circuit/channel.hpp>

#include "lang/node.hpp"

namespace circuit::lang {
namespace {

constexpr std::string_view channel_send_name = "channel.send";
constexpr std::string_view channel_receive_name = "channel.receive";
constexpr std::string_view channel_close_name = "channel.close";

/// Answers a receive when there is a value for it, so that no thread waits.
class ChannelServant final : public Servant {
 public:
  ChannelServant(std::string interface, ChannelValue value)
      : interface_(std::move(interface)), value_(value) {}

  const std::string& interface() const override { return interface_; }

  void handle(IncomingCallPointer call) override {
    std::uint64_t method = call->head().method;
    record::Recorder& recorder = call->node().recorder();
    recorder.name(channel_send_id(), channel_send_name);
    recorder.name(channel_receive_id(), channel_receive_name);
    if (method == channel_send_id()) return send(std::move(call));
    if (method == channel_receive_id()) return receive(std::move(call));
    if (method == channel_close_id()) return close(std::move(call));
    call->fail(failure(ErrorKind::refused, "a channel has no such method"));
  }

  void caller_died(const Peer& peer) override { drop_receivers(&peer); }
  void drop_calls() override { drop_receivers(nullptr); }

 private:
  /// Of null: those of everyone.
  void drop_receivers(const Peer* peer) {
    std::deque<IncomingCallPointer> dropped;  // destroyed outside the lock
    std::lock_guard lock(mutex_);
    for (IncomingCallPointer& call : receivers_)
      if (peer == nullptr || call->peer().get() == peer) dropped.push_back(std::move(call));
    std::erase_if(receivers_, [](const IncomingCallPointer& call) { return call == nullptr; });
  }

  void send(IncomingCallPointer call) {
    Decoder arguments(call->arguments(), call->references());
    if (arguments.array() != 1 && arguments.ok()) arguments.fail("a channel takes one value at a time");
    std::shared_ptr<void> value = arguments.ok() ? value_.decode(arguments) : nullptr;
    if (!arguments.ok())
      return call->fail(failure(ErrorKind::invalid, "the value does not fit: " + arguments.error()));
    IncomingCallPointer receiver;
    {
      std::lock_guard lock(mutex_);
      if (closed_) return call->fail(failure(ErrorKind::refused, "the channel is closed"));
      receiver = first_receiver();
      if (!receiver) values_.push_back(std::move(value));
    }
    if (receiver) deliver(*receiver, value);
    call->reply([](Encoder& result) { result.null(); });
  }

  void receive(IncomingCallPointer call) {
    std::shared_ptr<void> value;
    {
      std::lock_guard lock(mutex_);
      if (values_.empty() && !closed_) {
        call->running();
        receivers_.push_back(std::move(call));
        return;
      }
      if (!values_.empty()) {
        value = std::move(values_.front());
        values_.pop_front();
      }
    }
    deliver(*call, value);
  }

  void close(IncomingCallPointer call) {
    std::deque<IncomingCallPointer> receivers;
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      receivers.swap(receivers_);
    }
    for (IncomingCallPointer& receiver : receivers) deliver(*receiver, nullptr);
    call->reply([](Encoder& result) { result.null(); });
  }

  /// The first receiver that still waits. Under the lock. One that cannot be reached just now counts as gone:
  /// its call has failed, or is about to, and a value sent after it would be lost.
  IncomingCallPointer first_receiver() {
    while (!receivers_.empty()) {
      IncomingCallPointer receiver = std::move(receivers_.front());
      receivers_.pop_front();
      if (receiver->peer() && !receiver->peer()->is_open()) continue;
      if (auto reason = receiver->unwanted())
        receiver->fail(std::move(*reason));
      else
        return receiver;
    }
    return nullptr;
  }

  /// Answers with the value, as an optional: null says that the channel is closed.
  void deliver(IncomingCall& receiver, const std::shared_ptr<void>& value) {
    receiver.reply([&](Encoder& result) {
      if (value)
        value_.encode(result, value.get());
      else
        result.null();
    });
  }

  const std::string interface_;
  const ChannelValue value_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<void>> values_;
  std::deque<IncomingCallPointer> receivers_;
  bool closed_ = false;
};

}  // namespace

std::uint64_t channel_send_id() noexcept {
  static const std::uint64_t id = signature_id(channel_send_name);
  return id;
}
std::uint64_t channel_receive_id() noexcept {
  static const std::uint64_t id = signature_id(channel_receive_name);
  return id;
}
std::uint64_t channel_close_id() noexcept {
  static const std::uint64_t id = signature_id(channel_close_name);
  return id;
}

ServantPointer make_channel_servant(std::string interface, ChannelValue value) {
  return std::make_shared<ChannelServant>(std::move(interface), value);
}

}  // namespace circuit::lang
