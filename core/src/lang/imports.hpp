// Objects of other processes that this one refers to.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <circuit/detail/call.hpp>

#include "lang/life.hpp"
#include "lang/peer.hpp"

namespace circuit::lang {

class Imports;

/// One remote object. While it lives, this process holds `received` references; its destructor gives them
/// back.
class Import final : public Target {
 public:
  Import(std::shared_ptr<const Life> life, PeerPointer owner, std::uint64_t object, InterfaceNames interfaces,
         bool permanent = false)
      : life_(std::move(life)),
        owner_(std::move(owner)),
        object_(object),
        interfaces_(std::move(interfaces)),
        permanent_(permanent) {}
  ~Import() override;

  const Address& address() const override { return owner_->address(); }
  std::uint64_t object() const override { return object_; }
  const InterfaceNames& interfaces() const override { return interfaces_; }
  Node& node() const override { return life_->living(); }
  bool permanent() const noexcept override { return permanent_; }
  const PeerPointer& owner() const noexcept { return owner_; }

  /// Why the object cannot be called although its owner lives: a hand-over that failed.
  std::optional<Failure> broken() const;
  /// Whether this process holds the object by the owner's own word.
  bool confirmed() const;
  /// Who has handed the reference over, while the owner has not confirmed any claim: one of them holds the
  /// object.
  std::vector<WorkerId> givers() const;

 private:
  friend class Imports;
  using Claims = std::map<std::uint64_t, std::vector<WorkerId>>;

  const std::shared_ptr<const Life> life_;
  const PeerPointer owner_;
  const std::uint64_t object_;
  const InterfaceNames interfaces_;
  const bool permanent_;

  // -- guarded by mutex_ --
  mutable std::mutex mutex_;
  std::uint64_t received_ = 0;
  Claims claims_;
  std::optional<Failure> broken_;
};

/// Thread safety: any thread.
class Imports {
 public:
  explicit Imports(Node& node) : node_(node) {}

  /// The owner has sent a reference to its own object.
  TargetPointer received(const PeerPointer& owner, std::uint64_t object, const InterfaceNames& interfaces);
  /// `giver` has handed over a reference to an object of `owner`: it is claimed at the owner, and the giver
  /// told when that is settled. The reference can be used at once: calls follow the claim on the same link.
  /// `others`: who had handed it to the giver, as long as that is not settled.
  TargetPointer handed_over(const PeerPointer& giver, const Address& owner, std::uint64_t object,
                            const InterfaceNames& interfaces, std::uint64_t handover,
                            const std::vector<WorkerId>& others);
  /// Objects with a fixed id (worker functions, the process itself, what a program publishes) need no count.
  TargetPointer fixed(const PeerPointer& owner, std::uint64_t object, InterfaceNames interfaces);
  /// Nor do pinned objects.
  TargetPointer permanent(const PeerPointer& owner, std::uint64_t object, InterfaceNames interfaces);
  std::size_t size() const;

 private:
  friend class Import;
  using Key = std::pair<WorkerId, std::uint64_t>;

  std::shared_ptr<Import> find_or_make(const PeerPointer& owner, std::uint64_t object,
                                       const InterfaceNames& interfaces);
  void claimed(const PeerPointer& owner, std::uint64_t object, const std::weak_ptr<Import>& import,
               std::uint64_t ticket);
  void refused(const std::weak_ptr<Import>& import, std::uint64_t ticket, const Failure& failure);
  void gone(const Import& import);

  Node& node_;
  mutable std::mutex mutex_;
  std::map<Key, std::weak_ptr<Import>> entries_;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace circuit::lang
