// Methods of the library's own objects, typed on both sides.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <circuit/detail/invoke.hpp>

#include "lang/node.hpp"

namespace circuit::lang {

/// Name, id and types of one method: RemoteMethod<Result(Args...)>{"agent.kill"}.
template <class Signature>
class RemoteMethod;

template <class R, class... A>
class RemoteMethod<R(A...)> {
 public:
  using Result = R;
  using Arguments = std::tuple<A...>;

  explicit RemoteMethod(std::string_view name)
      : descriptor_(canonical_descriptor(name, DescribeTuple<Arguments>::each(), result_descriptor<R>())),
        id_(signature_id(descriptor_)) {}

  std::uint64_t id() const noexcept { return id_; }
  const std::string& descriptor() const noexcept { return descriptor_; }

 private:
  std::string descriptor_;
  std::uint64_t id_;
};

/// What a method returns, for code that handles void like any value.
template <class T>
using ResultOf = circuit::Result<T>;

/// Calls a method of an object with a fixed id. `done` comes on the loop, once, and must not block.
template <class R, class... A>
void start_call(Node& node, const PeerPointer& peer, std::uint64_t object,
                const RemoteMethod<R(A...)>& method, CallOptions options,
                std::function<void(ResultOf<R>)> done, const A&... arguments) {
  class Waiting final : public Waiter {
   public:
    explicit Waiting(std::function<void(ResultOf<R>)> d) : done_(std::move(d)) {}
    void complete(Answer answer) override {
      std::unique_ptr<Waiting> self(this);
      if (answer.has_error()) return done_(answer.error());
      try {
        if constexpr (std::is_void_v<R>) {
          done_({});
        } else {
          done_(answer->template value<R>());
        }
      } catch (const Error& error) {
        done_(error.failure());
      }
    }

   private:
    std::function<void(ResultOf<R>)> done_;
  };

  Buffer body;
  body.extend(wire::CallHead::size);
  ReferenceSession references(node, peer);
  Encoder encoder(body, &references);
  encode_arguments(encoder, arguments...);
  node.send_call(peer, node.head_for(object, method.id(), false), std::move(body), references,
                 {node.deadline_for(options)}, *new Waiting(std::move(done)));
}

/// The same, blocking. Not on the loop.
template <class R, class... A>
ResultOf<R> call(Node& node, const PeerPointer& peer, std::uint64_t object,
                 const RemoteMethod<R(A...)>& method, CallOptions options, const A&... arguments) {
  auto target = node.imports().fixed(peer, object, "fixed");
  try {
    OutgoingCall outgoing(target, method.id(), options);
    encode_arguments(outgoing.arguments(), arguments...);
    if constexpr (std::is_void_v<R>) {
      outgoing.run();
      return {};
    } else {
      return outgoing.run().template value<R>();
    }
  } catch (const Error& error) {
    return error.failure();
  }
}

/// A servant made of handlers, one for each method; they run where the call arrives, on the loop, must not
/// block, and answer when they like. Thread safety: filled before it is published.
class MethodServant : public Servant {
 public:
  explicit MethodServant(std::string interface) : interface_(std::move(interface)) {}

  const std::string& interface() const override { return interface_; }
  void handle(IncomingCallPointer call) override;

  /// `handler` is called with the call and its decoded arguments.
  template <class R, class... A, class Handler>
  void on(const RemoteMethod<R(A...)>& method, Handler handler) {
    handlers_[method.id()] = {
        method.descriptor(), [handler = std::move(handler)](IncomingCallPointer call) {
          Decoder decoder(call->arguments(), call->references());
          std::tuple<A...> values = decode_arguments<A...>(decoder);
          if (!decoder.ok())
            return call->fail(failure(ErrorKind::invalid, "the arguments do not fit: " + decoder.error()));
          std::apply([&](A&... value) { handler(std::move(call), std::move(value)...); }, values);
        }};
  }

 private:
  struct Entry {
    std::string descriptor;
    std::function<void(IncomingCallPointer)> handler;
  };
  const std::string interface_;
  std::unordered_map<std::uint64_t, Entry> handlers_;
};

/// Answers with a value, or with the failure. For handlers.
template <class T>
void answer(IncomingCall& call, const circuit::Result<T>& result) {
  if (result.has_error()) return call.fail(result.error());
  call.reply([&](Encoder& encoder) {
    if constexpr (std::is_void_v<T>) {
      encoder.null();
    } else {
      circuit::encode(encoder, *result);
    }
  });
}

}  // namespace circuit::lang
