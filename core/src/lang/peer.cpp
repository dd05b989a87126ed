#include "lang/peer.hpp"

#include <fmt/format.h>

#include <circuit/value/codec.hpp>

#include "base/limits.hpp"
#include "lang/peers.hpp"

namespace circuit::lang {
namespace {

/// What counts at the peer also when the link over which it was to go has ended.
bool outlives_link(wire::FrameKind kind) {
  return kind == wire::FrameKind::drop || kind == wire::FrameKind::settled || kind == wire::FrameKind::forget;
}

}  // namespace

Result<void> Peer::send(wire::FrameKind kind, std::uint64_t call, ByteView head, ByteView rest,
                        bool references, std::uint64_t order) {
  std::shared_ptr<link::Link> link;
  {
    std::lock_guard lock(mutex_);
    if (verdict_) return *verdict_;
    if (state_ != State::open) {
      UnsentMessage waiting{kind, call, references, order, Buffer(head)};
      waiting.body.append(rest);
      return keep(std::move(waiting));
    }
    link = link_;
  }
  if (link->send(kind, call, head, rest, references, order) || !outlives_link(kind)) return {};
  // The link has just ended, and the verdict is on its way: it ends every call in flight. The rest waits for
  // it.
  std::lock_guard lock(mutex_);
  waiting_.push_back({kind, call, references, order, Buffer(head)});
  waiting_.back().body.append(rest);
  return {};
}

Result<void> Peer::send_call(std::uint64_t call, ByteView body, bool references, std::uint64_t order,
                             std::string_view signature) {
  using wire::FrameKind;
  std::shared_ptr<link::Link> link;
  bool tell = !signature.empty() && signature.size() <= limits::signature_bytes;
  const std::uint64_t method = tell ? wire::CallHead::read(body)->method : 0;
  {
    std::lock_guard lock(mutex_);
    if (verdict_) return *verdict_;
    tell = tell && !told_.contains(method) && told_.size() < limits::told_signatures;
    if (state_ != State::open) {
      if (tell) {
        auto kept = keep({FrameKind::signature, method, false, 0, to_cbor(std::string(signature))});
        if (kept.has_error()) return kept;
        told_.insert(method);
      }
      return keep({FrameKind::call, call, references, order, Buffer(body)});
    }
    link = link_;
  }
  // A link that has just ended loses both, and its verdict ends the call.
  if (tell) link->send(FrameKind::signature, method, to_cbor(std::string(signature)));
  link->send(FrameKind::call, call, body, {}, references, order);
  if (tell) {
    // Not before: who calls the same at this moment must not rely on what is not sent yet.
    std::lock_guard lock(mutex_);
    if (link_ == link) told_.insert(method);
  }
  return {};
}

Result<void> Peer::keep(UnsentMessage message) {
  if (waiting_bytes_ + message.body.size() > limits::pending_bytes)
    return failure(ErrorKind::overloaded, fmt::format("too much waits to be sent to {}", address_.string()));
  waiting_bytes_ += message.body.size();
  waiting_.push_back(std::move(message));
  if (state_ == State::idle) {
    state_ = State::dialing;
    peers_.dial(shared_from_this());
  }
  return {};
}

std::vector<UnsentMessage> Peer::forget_calls() {
  told_.clear();
  std::vector<UnsentMessage> forgotten, kept;
  for (UnsentMessage& waiting : waiting_)
    (outlives_link(waiting.kind) ? kept : forgotten).push_back(std::move(waiting));
  waiting_ = std::move(kept);
  waiting_bytes_ = 0;
  for (const UnsentMessage& waiting : waiting_) waiting_bytes_ += waiting.body.size();
  return forgotten;
}

std::optional<Failure> Peer::verdict() const {
  std::lock_guard lock(mutex_);
  return verdict_;
}

bool Peer::is_open() const {
  std::lock_guard lock(mutex_);
  return state_ == State::open;
}

wire::Role Peer::role() const {
  std::lock_guard lock(mutex_);
  return role_;
}

}  // namespace circuit::lang
