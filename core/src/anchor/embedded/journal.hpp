// What the embedded tree keeps of its changes, if anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anchor/coordinator.hpp"
#include "anchor/embedded/node_tree.hpp"

namespace circuit::anchor::embedded {

/// Thread safety: none; the store locks.
class Journal {
 public:
  virtual ~Journal() = default;

  /// What was kept.
  struct Content {
    /// Parents before children.
    std::vector<std::pair<std::string, Record>> nodes;
    std::vector<SessionCredentials> sessions;
  };
  /// One change of the store; it is kept as a whole or not at all.
  struct Entry {
    /// Nodes with what is now in them: null for those that are gone.
    std::vector<std::pair<std::string_view, const Record*>> nodes;
    std::optional<SessionCredentials> begun;
    std::optional<std::uint64_t> ended;
  };

  virtual Result<void> append(const Entry& entry) = 0;
};

}  // namespace circuit::anchor::embedded
