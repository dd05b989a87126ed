// What the typed templates of the public headers stand on: an object somewhere, and a call to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <circuit/bytes.hpp>
#include <circuit/error.hpp>
#include <circuit/identity.hpp>
#include <circuit/value/decoder.hpp>
#include <circuit/value/encoder.hpp>

namespace circuit::lang {

/// Stands for whatever interface an object has.
inline constexpr std::string_view any_interface = "*";

class CancelPoint;
class Node;
class Peer;
class Servant;
class Waiter;

/// Requested when the caller of the call that runs on this thread gives it up. Outside a call: never.
std::stop_token current_stop_token();

/// Throws Error{refused} where the call that runs on this thread must not block it, because that is the I/O
/// thread.
void require_may_block();

/// What an object can be referred to as: the name of its interface, and those of all that this one extends.
struct InterfaceNames {
  InterfaceNames(std::string own, std::vector<std::string> extended = {})
      : name(std::move(own)), bases(std::move(extended)) {}
  InterfaceNames(const char* own) : name(own) {}

  /// Whether `interface` is among them.
  bool include(std::string_view interface) const noexcept;

  std::string name;
  std::vector<std::string> bases;
};

/// An object in this process or another one. Holding a Target keeps a counted reference to it; the last one
/// to go gives the reference back. Thread safety: any thread.
class Target {
 public:
  virtual ~Target() = default;
  /// The process in which the object lives.
  virtual const Address& address() const = 0;
  virtual std::uint64_t object() const = 0;
  /// Of its interface: `Reducer`, `channel<i32>`.
  virtual const InterfaceNames& interfaces() const = 0;
  const std::string& interface() const { return interfaces().name; }
  /// Whether the reference is one that is not counted and that lasts as long as its process.
  virtual bool permanent() const noexcept { return false; }
  virtual Node& node() const = 0;
};
using TargetPointer = std::shared_ptr<Target>;

/// A Target for an object of this process that can be called by `servant`.
TargetPointer make_local_target(Node& node, std::shared_ptr<Servant> servant);
/// The permanent reference to the object of a Target of this process. Throws Error{invalid} for other
/// objects.
TargetPointer make_permanent_target(const TargetPointer& target);
/// The object itself, when it lives in this process and was made through `node`; else null.
std::shared_ptr<Servant> local_servant(const TargetPointer& target);

struct CallOptions {
  /// nullopt: the default (30 s). Zero: none.
  std::optional<std::chrono::milliseconds> deadline;
  /// When stop is requested, the call is cancelled.
  std::stop_token stop{};
};

/// The answer to a call, with what is needed to decode references in it.
class Reply {
 public:
  Reply(Buffer body, std::unique_ptr<ReferenceDecoder> references);
  Reply(Reply&&) noexcept;
  ~Reply();
  /// Reads the value. `read` is handed the decoder; what it finds wrong is thrown as Error{invalid}.
  template <class T>
  T value() const;
  /// The value as it came, in CBOR.
  ByteView bytes() const noexcept { return body_.view(); }

 private:
  void check(const Decoder& decoder) const;

  Buffer body_;
  std::unique_ptr<ReferenceDecoder> references_;
};

/// Takes what comes of a call that nobody blocks for. complete() or fail() is called, once, on the loop, and
/// must neither block nor throw.
class Completion {
 public:
  virtual ~Completion() = default;
  virtual void complete(Reply reply) = 0;
  virtual void fail(const Failure& failure) = 0;
  /// Asked for before fail() of a call that waits for the callee's last word: who takes a reply that comes
  /// later still. Null: nobody.
  virtual std::unique_ptr<Completion> heir() { return nullptr; }
};

/// Cancels one call; after its end nothing happens. Thread safety: any thread; copies cancel the same call.
class Canceller {
 public:
  Canceller() = default;
  explicit Canceller(std::shared_ptr<CancelPoint> point) : point_(std::move(point)) {}
  void operator()() const;

 private:
  std::shared_ptr<CancelPoint> point_;
};

/// One call: encode the arguments, then run() it, or start() it with somebody who takes the answer.
/// Thread safety: one owner.
class OutgoingCall {
 public:
  /// `name`: the method as people call it, for the recorder; empty for a registered function, which has one.
  OutgoingCall(const TargetPointer& target, std::uint64_t method, CallOptions options,
               std::string_view name = {});
  ~OutgoingCall();
  OutgoingCall(OutgoingCall&&) noexcept;
  OutgoingCall& operator=(OutgoingCall&&) noexcept;

  /// Takes the array of arguments.
  Encoder& arguments() noexcept;
  Node& node() const;
  /// The call is cancelled when stop is requested.
  void cancel_on(std::stop_token stop) noexcept;
  /// When the time is over or the call is cancelled, the callee is asked for a last word, and that is the
  /// answer: for callees that wait themselves, and know what has become of the call.
  void wait_for_last_word() noexcept;
  /// Sends the call and blocks for the answer. Throws Error. `heir` takes a reply that comes after the end of
  /// a wait for the last word.
  Reply run(std::unique_ptr<Completion> heir = nullptr);
  /// Sends the call; `completion` takes the answer, or why nothing was sent.
  Canceller start(std::unique_ptr<Completion> completion);
  /// Sends a call whose result is a reference to an object of one of these interfaces, and returns what stands
  /// for it until it is there.
  TargetPointer pipeline(InterfaceNames interfaces);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace circuit::lang

namespace circuit {

/// In a worker function or a method: stop is requested when its caller cancels the call, is dead, or has no
/// more time. What the call itself calls is cancelled with it. Outside a call nobody requests it.
inline std::stop_token stop_token() { return lang::current_stop_token(); }

/// Writes references for one peer. A reference is counted for the peer as it is written.
class ReferenceEncoder {
 public:
  virtual ~ReferenceEncoder() = default;
  virtual void encode(Encoder& encoder, const lang::TargetPointer& target) = 0;
};

/// Reads references that one peer wrote.
class ReferenceDecoder {
 public:
  virtual ~ReferenceDecoder() = default;
  /// The target, or null after decoder.fail(). `interface` is what the reader expects.
  virtual lang::TargetPointer decode(Decoder& decoder, std::string_view interface) = 0;
};

namespace lang {
/// Writes a reference (or null) where a Codec meets one; fails where references cannot stand.
void encode_target(Encoder& encoder, const TargetPointer& target);
TargetPointer decode_target(Decoder& decoder, std::string_view interface);
/// The same; any reference but a permanent one fails.
TargetPointer decode_permanent_target(Decoder& decoder, std::string_view interface);
}  // namespace lang

}  // namespace circuit
