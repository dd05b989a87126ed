#include "lang/local_target.hpp"

#include <algorithm>

#include "lang/node.hpp"
#include "lang/promise.hpp"

namespace circuit::lang {

LocalTarget::LocalTarget(Node& node, ServantPointer servant, std::uint64_t pinned)
    : life_(node.life()),
      address_(node.own_address()),
      names_(servant->interfaces()),
      servant_(std::move(servant)),
      pinned_(pinned) {}

HeldObject::HeldObject(Node& node, const TargetPointer& target)
    : life_(node.life()), object_(node.exports().hold(local_servant(target), node.own_id())) {}

HeldObject::~HeldObject() {
  if (Node* node = object_ != 0 ? life_->node() : nullptr)
    node->exports().release(node->own_id(), object_, 1);
}

bool InterfaceNames::include(std::string_view interface) const noexcept {
  return name == interface || std::find(bases.begin(), bases.end(), interface) != bases.end();
}

TargetPointer make_local_target(Node& node, ServantPointer servant) {
  return std::make_shared<LocalTarget>(node, std::move(servant), 0);
}

TargetPointer make_permanent_target(const TargetPointer& given) {
  const TargetPointer target = settled(given);
  if (!target) throw Error(ErrorKind::invalid, "a permanent reference to nothing");
  if (target->permanent()) return target;
  ServantPointer servant = local_servant(target);
  if (!servant)
    throw Error(ErrorKind::invalid,
                "a permanent reference is made by the process in which the object lives, which is " +
                    target->address().string());
  std::uint64_t object = target->node().exports().pin(servant);
  return std::make_shared<LocalTarget>(target->node(), std::move(servant), object);
}

ServantPointer local_servant(const TargetPointer& target) {
  auto local = std::dynamic_pointer_cast<LocalTarget>(settled(target));
  return local ? local->servant() : nullptr;
}

}  // namespace circuit::lang
