// The process itself, as every peer may call it.
#pragma once

#include <string>

#include "lang/servant.hpp"

namespace circuit::lang {

/// ping() -> null; claim(object, givers): counts a reference for the caller that one of `givers` holds and
/// has handed over to it, the first of them directly; dial(name): a reference to the service of that name, or
/// null.
class ProcessServant final : public Servant {
 public:
  static constexpr std::string_view dial_name = "process.dial(text)->ref<*>";

  static std::uint64_t ping_id() noexcept;
  static std::uint64_t claim_id() noexcept;
  static std::uint64_t dial_id() noexcept;

  const std::string& interface() const override;
  void handle(IncomingCallPointer call) override;

 private:
  void claim(IncomingCall& call);
  void dial(IncomingCall& call);
};

}  // namespace circuit::lang
