// The queue behind a channel's ends.
#include <deque>
#include <fmt/format.h>
#include <mutex>
#include <optional>

#include <circuit/channel.hpp>

#include "base/limits.hpp"
#include "lang/node.hpp"

namespace circuit::lang {
namespace {

constexpr std::string_view channel_send_name = "channel.send";
constexpr std::string_view channel_receive_name = "channel.receive";
constexpr std::string_view channel_put_back_name = "channel.put_back";
constexpr std::string_view channel_close_name = "channel.close";

/// Arguments of one operation: `read` reads them all. Nothing when they do not fit: the call has been
/// answered.
template <class Read>
bool read_arguments(IncomingCall& call, std::uint64_t count, Read read) {
  Decoder decoder(call.arguments(), call.references());
  if (decoder.array() != count && decoder.ok())
    decoder.fail(fmt::format("expected {} arguments; the caller may be of another version", count));
  if (decoder.ok()) read(decoder);
  if (decoder.ok() && !decoder.rest().empty()) decoder.fail("something is left over after the arguments");
  if (!decoder.ok()) call.fail(failure(ErrorKind::invalid, "the value does not fit: " + decoder.error()));
  return decoder.ok();
}

/// Answers sends and receives when there is room, or a value, for them, so that no thread waits.
class ChannelServant final : public Servant {
 public:
  ChannelServant(std::string interface, std::unique_ptr<ChannelValues> values, std::size_t capacity)
      : interface_(std::move(interface)), capacity_(capacity), values_(std::move(values)) {}

  const std::string& interface() const override { return interface_; }

  void handle(IncomingCallPointer call) override {
    std::uint64_t method = call->head().method;
    record::Recorder& recorder = call->node().recorder();
    recorder.name(channel_send_id(), channel_send_name);
    recorder.name(channel_receive_id(), channel_receive_name);
    if (method == channel_send_id()) return send(std::move(call));
    if (method == channel_receive_id()) return receive(std::move(call));
    if (method == channel_put_back_id()) return put_back(std::move(call));
    if (method == channel_close_id()) return close(std::move(call));
    call->fail(failure(ErrorKind::refused, "a channel has no such method"));
  }

  void call_given_up(std::uint64_t recorded) override {
    end_waits([recorded](const IncomingCall& call) { return call.recorded() == recorded; });
  }
  void caller_died(const Peer& peer) override {
    end_waits([&peer](const IncomingCall& call) { return call.peer().get() == &peer; });
  }
  void drop_calls() override {
    end_waits([](const IncomingCall&) { return true; });
  }

 private:
  struct Sender {
    IncomingCallPointer call;
    std::unique_ptr<ChannelValues> values;
    std::uint64_t taken = 0;
  };
  struct Receiver {
    IncomingCallPointer call;
    std::size_t at_most = 0;
    /// What it gets; null: the channel is closed and empty.
    std::unique_ptr<ChannelValues> values;
  };
  /// Calls that have come to their end under the lock, and are answered outside it.
  struct Ended {
    std::vector<Sender> senders;
    std::vector<Receiver> receivers;
  };

  void send(IncomingCallPointer call) {
    Sender sender{nullptr, values_->make_empty(), 0};
    bool wait = true;
    if (!read_arguments(*call, 2, [&](Decoder& decoder) {
          sender.values->decode(decoder);
          circuit::decode(decoder, wait);
        }))
      return;
    if (sender.values->size() == 0) return call->reply([](Encoder& result) { result.unsigned_integer(0); });
    const std::size_t bytes = sender.values->bytes();
    Ended ended;
    {
      std::lock_guard lock(mutex_);
      if (closed_) return call->fail(failure(ErrorKind::refused, "the channel is closed"));
      if (waiting_bytes_ + values_->bytes() + bytes > limits::channel_bytes)
        return call->fail(failure(ErrorKind::overloaded,
                                  fmt::format("the channel holds {} values of {} bytes, and nobody receives",
                                              values_->size(), values_->bytes())));
      call->running();
      sender.call = std::move(call);
      waiting_bytes_ += bytes;
      senders_.push_back(std::move(sender));
      settle(ended);
      if (!wait && !senders_.empty()) end_last_sender(ended);
    }
    answer(ended);
  }

  void receive(IncomingCallPointer call) {
    std::uint64_t at_most = 0;
    bool wait = true;
    if (!read_arguments(*call, 2, [&](Decoder& decoder) {
          circuit::decode(decoder, at_most);
          circuit::decode(decoder, wait);
          if (at_most == 0) decoder.fail("a receive of no value");
        }))
      return;
    Ended ended;
    {
      std::lock_guard lock(mutex_);
      call->running();
      receivers_.push_back({std::move(call), static_cast<std::size_t>(at_most), nullptr});
      settle(ended);
      if (!wait && !receivers_.empty()) {  // it stands last, and nothing is there
        ended.receivers.push_back(std::move(receivers_.back()));
        receivers_.pop_back();
        ended.receivers.back().values = values_->make_empty();
      }
    }
    answer(ended);
  }

  void put_back(IncomingCallPointer call) {
    std::unique_ptr<ChannelValues> values = values_->make_empty();
    if (!read_arguments(*call, 1, [&](Decoder& decoder) { values->decode(decoder); })) return;
    Ended ended;
    {
      std::lock_guard lock(mutex_);
      values_->put_back(*values);
      settle(ended);
    }
    answer(ended);
    call->reply([](Encoder& result) { result.null(); });
  }

  void close(IncomingCallPointer call) {
    Ended ended;
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      while (!senders_.empty()) end_last_sender(ended);
      settle(ended);
    }
    answer(ended);
    call->reply([](Encoder& result) { result.null(); });
  }

  // -- under the lock ---------------------------------------------------------------------------------------

  /// Lets in what there is room for, and gives receivers what is there, until nothing moves any more.
  void settle(Ended& ended) {
    for (;;) {
      while (!senders_.empty() && values_->size() < capacity_)
        take_from_sender(*values_, capacity_ - values_->size(), SIZE_MAX, ended);
      if (receivers_.empty()) return;
      const bool anything = values_->size() > 0 || !senders_.empty();
      if (!anything && !closed_) return;
      Receiver receiver = std::move(receivers_.front());
      receivers_.pop_front();
      if (!still_waits(*receiver.call)) continue;
      if (anything) {
        receiver.values = values_->make_empty();
        if (values_->size() > 0)
          receiver.values->move_from(*values_, receiver.at_most, limits::channel_message_bytes);
        else  // there is no room for values: they go from hand to hand
          take_from_sender(*receiver.values, receiver.at_most, limits::channel_message_bytes, ended);
      }
      ended.receivers.push_back(std::move(receiver));
    }
  }

  void take_from_sender(ChannelValues& to, std::size_t count, std::size_t bytes, Ended& ended) {
    Sender& sender = senders_.front();
    waiting_bytes_ -= sender.values->bytes();
    sender.taken += to.move_from(*sender.values, count, bytes);
    waiting_bytes_ += sender.values->bytes();
    if (sender.values->size() > 0) return;
    ended.senders.push_back(std::move(sender));
    senders_.pop_front();
  }

  void end_last_sender(Ended& ended) {
    waiting_bytes_ -= senders_.back().values->bytes();
    ended.senders.push_back(std::move(senders_.back()));
    senders_.pop_back();
  }

  /// A receiver that cannot be reached just now counts as gone: its call has failed, or is about to, and a
  /// value sent after it would be lost.
  static bool still_waits(IncomingCall& call) {
    if (call.peer() && !call.peer()->is_open()) return false;
    auto reason = call.unwanted();
    if (reason) call.fail(std::move(*reason));
    return !reason;
  }

  // -- outside the lock -------------------------------------------------------------------------------------

  void end_waits(const std::function<bool(const IncomingCall&)>& match) {
    Ended ended;  // those that have got nothing are answered as their calls go
    std::deque<Receiver> gone;
    {
      std::lock_guard lock(mutex_);
      for (Receiver& receiver : receivers_)
        if (match(*receiver.call)) gone.push_back(std::move(receiver));
      std::erase_if(receivers_, [](const Receiver& receiver) { return receiver.call == nullptr; });
      for (Sender& sender : senders_)
        if (match(*sender.call)) {
          waiting_bytes_ -= sender.values->bytes();
          ended.senders.push_back(std::move(sender));
        }
      std::erase_if(senders_, [](const Sender& sender) { return sender.call == nullptr; });
      settle(ended);
    }
    answer(ended);
    for (Receiver& receiver : gone)
      receiver.call->fail(failure(ErrorKind::cancelled, "the receiver waits no longer"));
  }

  void answer(Ended& ended) {
    for (Sender& sender : ended.senders) {
      if (sender.values->size() > 0 && sender.taken == 0 && closed_) {
        sender.call->fail(failure(ErrorKind::refused, "the channel is closed"));
      } else if (sender.values->size() > 0 && sender.taken == 0 && sender.call->given_up()) {
        sender.call->fail(failure(ErrorKind::cancelled, "the sender waits no longer"));
      } else {
        sender.call->reply([&](Encoder& result) { result.unsigned_integer(sender.taken); });
      }
    }
    for (Receiver& receiver : ended.receivers)
      receiver.call->reply([&](Encoder& result) {
        if (receiver.values)
          receiver.values->encode(result);
        else
          result.null();
      });
  }

  const std::string interface_;
  const std::size_t capacity_;
  std::mutex mutex_;
  const std::unique_ptr<ChannelValues> values_;
  std::deque<Sender> senders_;
  std::deque<Receiver> receivers_;
  /// Of values in senders_.
  std::size_t waiting_bytes_ = 0;
  std::atomic<bool> closed_{false};
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
std::uint64_t channel_put_back_id() noexcept {
  static const std::uint64_t id = signature_id(channel_put_back_name);
  return id;
}
std::uint64_t channel_close_id() noexcept {
  static const std::uint64_t id = signature_id(channel_close_name);
  return id;
}

ServantPointer make_channel_servant(std::string interface, std::unique_ptr<ChannelValues> values,
                                    std::size_t capacity) {
  return std::make_shared<ChannelServant>(std::move(interface), std::move(values), capacity);
}

}  // namespace circuit::lang
