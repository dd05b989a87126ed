// What the contract's suite needs to know of an implementation.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "anchor/coordinator.hpp"

namespace circuit::anchor::testing {

class CoordinatorHarness {
 public:
  virtual ~CoordinatorHarness() = default;
  virtual Outcome<std::shared_ptr<Coordinator>> connect(std::optional<SessionCredentials> credentials = {},
                                                        SessionListener listener = {}) = 0;
  /// Returns when every session that has no connection at this moment is over.
  virtual void let_sessions_expire() = 0;
  /// An existing node that this run of the suite has for itself, or "" for the root.
  virtual std::string root() = 0;
};
using HarnessMaker = std::unique_ptr<CoordinatorHarness> (*)();

}  // namespace circuit::anchor::testing
