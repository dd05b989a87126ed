// Who waits for a change of which node.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "anchor/coordinator.hpp"

namespace circuit::anchor::embedded {

/// Thread safety: none; the store locks, and calls what it is given after it has let go of the lock.
class WatchTable {
 public:
  /// What a watch waits for: the node itself, or its children.
  enum class Kind : std::uint8_t { node, children };
  /// A watch that is to be called.
  struct Due {
    std::uint64_t connection = 0;
    Watch watch;
    WatchEvent event;
  };

  void add(Kind kind, const std::string& path, std::uint64_t connection, Watch watch);
  /// Takes out what an operation that was carried out sets off, in the order of ZooKeeper.
  void take(const Operation& operation, std::vector<Due>& due);
  /// Takes out everything of one connection, as `lost`.
  void take_all_of(std::uint64_t connection, std::vector<Due>& due);
  std::size_t size() const noexcept;

 private:
  struct Waiting {
    std::uint64_t connection = 0;
    Watch watch;
  };
  using Table = std::map<std::string, std::vector<Waiting>, std::less<>>;

  static void take(Table& table, std::string_view path, WatchEventKind kind, std::vector<Due>& due);

  Table nodes_;
  Table children_;
};

}  // namespace circuit::anchor::embedded
