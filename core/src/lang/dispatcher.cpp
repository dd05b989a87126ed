#include "lang/dispatcher.hpp"

#include <fmt/format.h>

#include "lang/node.hpp"

namespace circuit::lang {

void Dispatcher::publish(std::uint64_t object, ServantPointer servant) {
  std::lock_guard lock(mutex_);
  if (servant)
    published_[object] = std::move(servant);
  else
    published_.erase(object);
}

void Dispatcher::clear() {
  std::unordered_map<std::uint64_t, ServantPointer> published;  // destroyed outside the lock
  std::lock_guard lock(mutex_);
  published.swap(published_);
}

ServantPointer Dispatcher::find(std::uint64_t object, const PeerPointer& peer) const {
  {
    std::lock_guard lock(mutex_);
    auto found = published_.find(object);
    if (found != published_.end()) return found->second;
  }
  return node_.exports().find(object, peer ? peer->address().id : node_.own_id());
}

void Dispatcher::refuse(const PeerPointer& peer, std::uint64_t call, const Failure& failure,
                        PromisedResult* kept) {
  if (kept != nullptr) kept->fail(failure);
  ReferenceSession none(node_, peer);
  node_.send_answer(peer, wire::FrameKind::failure, call, wire::encode_failure(failure), none);
}

ServantPointer Dispatcher::servant_for(const wire::CallHead& head, const PeerPointer& peer) const {
  return head.to_result ? node_.results().find(peer.get(), head.object) : find(head.object, peer);
}

void Dispatcher::dispatch(const PeerPointer& peer, std::uint64_t call, Buffer body, bool has_references) {
  auto head = wire::CallHead::read(body);
  if (head.has_error()) return refuse(peer, call, head.error());
  std::shared_ptr<PromisedResult> kept;
  if (head->keep_result) {
    auto expected = node_.results().expect(peer.get(), call);
    if (expected.has_error()) return refuse(peer, call, expected.error());
    kept = std::move(*expected);
  }
  std::unique_ptr<ReceivedReferences> references;
  if (has_references) {
    auto taken = ReceivedReferences::take(node_, peer, body.view().subspan(wire::CallHead::size));
    if (taken.has_error()) return refuse(peer, call, taken.error(), kept.get());
    references = std::move(*taken);
  }
  if (head->depth >= limits::call_depth)
    return refuse(peer, call,
                  failure(ErrorKind::overloaded,
                          fmt::format("the chain of nested calls is deeper than {}", limits::call_depth)),
                  kept.get());
  ServantPointer servant = servant_for(*head, peer);
  if (!servant)
    return refuse(peer, call,
                  failure(ErrorKind::refused,
                          fmt::format("{} has no object {:016x} that the caller holds a reference to",
                                      node_.own_address().string(), head->object)),
                  kept.get());

  std::uint64_t now = node_.clock().now_ns();
  record::CallFacts facts{};
  facts.direction = record::Direction::incoming;
  facts.state = record::CallState::queued;
  facts.call = call;
  facts.parent = head->parent;
  facts.chain = head->chain;
  facts.object = head->object;
  facts.method = head->method;
  facts.peer = peer ? peer->address().id.value : node_.own_id().value;
  facts.started_ns = now;
  facts.deadline_ns = head->remaining_ms == 0 ? 0 : now + std::uint64_t{head->remaining_ms} * 1'000'000;
  facts.depth = head->depth;
  facts.arguments = body.view().subspan(wire::CallHead::size);
  auto slot = node_.recorder().acquire(facts);
  if (!slot)
    return refuse(
        peer, call,
        failure(ErrorKind::overloaded, fmt::format("{} has {} calls in flight already",
                                                   node_.own_address().string(), limits::call_slots)),
        kept.get());
  if (kept) kept->made_by(slot->call());
  servant->handle(std::make_unique<IncomingCall>(node_, peer, call, *head, std::move(body),
                                                 std::move(references), *slot, facts.deadline_ns, servant));
}

}  // namespace circuit::lang
