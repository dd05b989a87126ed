#include "lang/imports.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "lang/node.hpp"

namespace circuit::lang {
namespace {

struct Claimed {
  PeerPointer owner;
  std::uint64_t object;
  std::vector<WorkerId> givers;
};

/// Waits for the owner's word on a claim, then tells the giver.
class Claim final : public Waiter {
 public:
  Claim(Node& node, Claimed claimed, PeerPointer giver, std::uint64_t handover,
        std::function<void(const Result<void>&)> told)
      : node_(node),
        claimed_(std::move(claimed)),
        giver_(std::move(giver)),
        handover_(handover),
        told_(std::move(told)) {}

  void complete(Answer answer) override {
    std::unique_ptr<Claim> self(this);
    // The link ended before the claim was sent: nobody has been asked yet.
    if (answer.has_error() && answer.error().kind == ErrorKind::unreachable && !answer.error().may_have_run &&
        ++tries_ < limits::claim_tries)
      return node_.claim(claimed_.owner, claimed_.object, claimed_.givers, std::move(self));
    told_(answer.has_error() ? Result<void>(answer.error()) : Result<void>());
    node_.tell_settled(giver_, handover_);
  }

 private:
  Node& node_;
  const Claimed claimed_;
  PeerPointer giver_;
  std::uint64_t handover_;
  int tries_ = 0;
  std::function<void(const Result<void>&)> told_;
};

}  // namespace

Import::~Import() {
  if (Node* node = life_->node()) node->imports().gone(*this);
}

std::optional<Failure> Import::broken() const {
  std::lock_guard lock(mutex_);
  return broken_;
}

bool Import::confirmed() const {
  std::lock_guard lock(mutex_);
  return received_ > 0;
}

std::vector<WorkerId> Import::givers() const {
  std::vector<WorkerId> all;
  std::lock_guard lock(mutex_);
  if (received_ > 0) return all;
  for (const auto& [ticket, givers] : claims_)
    for (WorkerId giver : givers)
      if (std::find(all.begin(), all.end(), giver) == all.end()) all.push_back(giver);
  return all;
}

std::shared_ptr<Import> Imports::find_or_make(const PeerPointer& owner, std::uint64_t object,
                                              const InterfaceNames& interfaces) {
  std::lock_guard lock(mutex_);
  std::weak_ptr<Import>& entry = entries_[{owner->address().id, object}];
  std::shared_ptr<Import> import = entry.lock();
  if (!import) {
    import = std::make_shared<Import>(node_.life(), owner, object, interfaces);
    entry = import;
  }
  return import;
}

TargetPointer Imports::received(const PeerPointer& owner, std::uint64_t object,
                                const InterfaceNames& interfaces) {
  auto import = find_or_make(owner, object, interfaces);
  std::lock_guard lock(import->mutex_);
  ++import->received_;
  import->broken_.reset();
  return import;
}

TargetPointer Imports::handed_over(const PeerPointer& giver, const Address& owner, std::uint64_t object,
                                   const InterfaceNames& interfaces, std::uint64_t handover,
                                   const std::vector<WorkerId>& others) {
  PeerPointer owning = node_.peers().find_or_add(owner);
  if (object < fixed_object::end) {  // nothing to count
    node_.tell_settled(giver, handover);
    return fixed(owning, object, interfaces);
  }
  auto import = find_or_make(owning, object, interfaces);
  std::vector<WorkerId> givers{giver->address().id};
  givers.insert(givers.end(), others.begin(), others.end());
  if (givers.size() > limits::reference_givers) givers.resize(limits::reference_givers);
  std::uint64_t ticket = 0;
  {
    std::lock_guard lock(import->mutex_);
    if (import->received_ == 0) {
      ticket = ++last_ticket_;
      import->claims_.emplace(ticket, givers);
    }
  }
  if (ticket == 0) {  // this process holds the object already
    node_.tell_settled(giver, handover);
    return import;
  }
  std::weak_ptr<Import> weak = import;
  auto told = [this, owning, object, weak, giver, ticket](const Result<void>& answer) {
    if (answer.has_value()) return claimed(owning, object, weak, ticket);
    auto verdict = giver->verdict();
    refused(weak, ticket, verdict ? *verdict : answer.error());
  };
  node_.claim(
      owning, object, givers,
      std::make_unique<Claim>(node_, Claimed{owning, object, givers}, giver, handover, std::move(told)));
  return import;
}

void Imports::claimed(const PeerPointer& owner, std::uint64_t object, const std::weak_ptr<Import>& import,
                      std::uint64_t ticket) {
  auto held = import.lock();
  if (!held) return node_.tell_dropped(owner, {object, 1});
  std::lock_guard lock(held->mutex_);
  ++held->received_;
  held->claims_.erase(ticket);
  held->broken_.reset();
}

void Imports::refused(const std::weak_ptr<Import>& import, std::uint64_t ticket, const Failure& failure) {
  auto held = import.lock();
  if (!held) return;
  std::lock_guard lock(held->mutex_);
  held->claims_.erase(ticket);
  if (held->received_ == 0 && held->claims_.empty()) held->broken_ = failure;
}

TargetPointer Imports::fixed(const PeerPointer& owner, std::uint64_t object, InterfaceNames interfaces) {
  return std::make_shared<Import>(node_.life(), owner, object, std::move(interfaces));
}

TargetPointer Imports::permanent(const PeerPointer& owner, std::uint64_t object, InterfaceNames interfaces) {
  return std::make_shared<Import>(node_.life(), owner, object, std::move(interfaces), true);
}

std::size_t Imports::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

void Imports::gone(const Import& import) {
  std::uint64_t count = import.received_;
  {
    std::lock_guard lock(mutex_);
    auto entry = entries_.find({import.owner_->address().id, import.object_});
    // By now another import of the same object may have taken the place.
    if (entry != entries_.end() && entry->second.expired()) entries_.erase(entry);
  }
  if (count > 0) node_.tell_dropped(import.owner_, {import.object_, count});
}

}  // namespace circuit::lang
