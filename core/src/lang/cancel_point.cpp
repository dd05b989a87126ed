#include "lang/cancel_point.hpp"

#include "lang/node.hpp"

namespace circuit::lang {

void CancelPoint::started(Node& node, PeerPointer peer, std::uint64_t call) {
  std::lock_guard lock(mutex_);
  if (cancelled_) return node.cancel_call(std::move(peer), call);
  life_ = node.life();
  peer_ = std::move(peer);
  call_ = call;
}

void CancelPoint::cancel() {
  std::lock_guard lock(mutex_);
  if (cancelled_) return;
  cancelled_ = true;
  if (Node* node = life_ ? life_->node() : nullptr) node->cancel_call(std::move(peer_), call_);
}

}  // namespace circuit::lang
