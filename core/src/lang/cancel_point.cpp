#include "lang/cancel_point.hpp"

#include "lang/node.hpp"

namespace circuit::lang {

void CancelPoint::started(Node& node, std::uint64_t call) {
  std::lock_guard lock(mutex_);
  if (cancelled_) return node.cancel_call(call);
  life_ = node.life();
  call_ = call;
}

void CancelPoint::cancel() {
  std::lock_guard lock(mutex_);
  if (cancelled_) return;
  cancelled_ = true;
  if (Node* node = life_ ? life_->node() : nullptr) node->cancel_call(call_);
}

}  // namespace circuit::lang
