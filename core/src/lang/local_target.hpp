// Objects of this process, as references see them.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <circuit/detail/call.hpp>

#include "lang/life.hpp"
#include "lang/servant.hpp"

namespace circuit::lang {

/// A Target for an object of this process.
class LocalTarget final : public Target {
 public:
  /// `pinned`: its permanent id; 0: it is counted.
  LocalTarget(Node& node, ServantPointer servant, std::uint64_t pinned);

  const Address& address() const override { return address_; }
  // Unless it is pinned, an id is given when the object first leaves the process.
  std::uint64_t object() const override { return pinned_; }
  bool permanent() const noexcept override { return pinned_ != 0; }
  const InterfaceNames& interfaces() const override { return names_; }
  Node& node() const override { return life_->living(); }
  const ServantPointer& servant() const noexcept { return servant_; }

 private:
  const std::shared_ptr<const Life> life_;
  const Address address_;
  const InterfaceNames names_;
  const ServantPointer servant_;
  const std::uint64_t pinned_;
};

/// An object of this process has an id only while someone holds it: a call to it does.
class HeldObject {
 public:
  HeldObject(Node& node, const TargetPointer& target);
  HeldObject(HeldObject&& other) noexcept
      : life_(std::move(other.life_)), object_(std::exchange(other.object_, 0)) {}
  HeldObject& operator=(HeldObject&&) = delete;
  ~HeldObject();
  std::uint64_t object() const noexcept { return object_; }

 private:
  std::shared_ptr<const Life> life_;
  std::uint64_t object_;
};

}  // namespace circuit::lang
