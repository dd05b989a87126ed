// A call that has come in and waits for its answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include <circuit/value/encoder.hpp>

#include "base/result.hpp"
#include "lang/context.hpp"
#include "lang/peer.hpp"
#include "lang/references.hpp"
#include "record/recorder.hpp"
#include "wire/messages.hpp"

namespace circuit::lang {

class Node;
class Servant;

/// Owns the arguments and the recorder's slot. Destroyed without an answer, it answers that nobody did.
/// Thread safety: one thread at a time.
class IncomingCall {
 public:
  /// `peer` is null for a call within this process. `body` is the head and the arguments. `servant` is told
  /// when the caller gives up.
  IncomingCall(Node& node, PeerPointer peer, std::uint64_t call, const wire::CallHead& head, Buffer body,
               std::unique_ptr<ReceivedReferences> references, record::SlotId slot, std::uint64_t deadline_ns,
               std::weak_ptr<Servant> servant);
  ~IncomingCall();
  IncomingCall(const IncomingCall&) = delete;
  IncomingCall& operator=(const IncomingCall&) = delete;

  Node& node() const noexcept { return node_; }
  const PeerPointer& peer() const noexcept { return peer_; }
  const wire::CallHead& head() const noexcept { return head_; }
  /// Its id on the wire, which the caller has given.
  std::uint64_t id() const noexcept { return call_; }
  /// Its id in this process's recorder.
  std::uint64_t recorded() const noexcept { return slot_.call(); }
  /// What calls made within this one inherit.
  Context context() noexcept;

  ByteView arguments() const noexcept { return body_.view().subspan(wire::CallHead::size); }
  /// For the references in the arguments; null: there are none.
  ReferenceDecoder* references() const noexcept { return references_.get(); }

  /// Requested when the caller gives up.
  std::stop_token stop_token();
  bool given_up() const noexcept { return given_up_; }
  /// Why nobody waits for the answer any more: the caller is dead or has given up, or the time is over.
  std::optional<Failure> unwanted() const;
  void running() noexcept;
  void queued_behind(std::uint64_t other) noexcept;

  /// Answers with what `encode` writes; once.
  void reply(const std::function<void(Encoder&)>& encode);
  void fail(Failure failure);
  /// Answers that the object lives elsewhere, where the caller knows.
  void moved();

 private:
  friend class IncomingCalls;

  void fail(Failure failure, record::Outcome outcome);
  void answered(record::Outcome outcome);

  Node& node_;
  const PeerPointer peer_;
  const std::uint64_t call_;
  const wire::CallHead head_;
  const Buffer body_;
  const std::unique_ptr<ReceivedReferences> references_;
  const record::SlotId slot_;
  const std::uint64_t deadline_ns_;
  const std::weak_ptr<Servant> servant_;
  bool answered_ = false;
  /// Written under the lock of the node's IncomingCalls, which alone knows stop_.
  std::atomic<bool> given_up_{false};
  std::optional<std::stop_source> stop_;
};

using IncomingCallPointer = std::unique_ptr<IncomingCall>;

}  // namespace circuit::lang
