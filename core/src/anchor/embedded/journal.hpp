// What the embedded tree keeps on disk: its nodes and sessions, in one SQLite file that only one process
// opens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "anchor/coordinator.hpp"
#include "anchor/embedded/database.hpp"
#include "anchor/embedded/node_tree.hpp"

namespace circuit::anchor::embedded {

/// What is said of a store whose content makes no sense.
Failure damaged_store(std::string_view what);

/// Thread safety: none; the store locks.
class Journal {
 public:
  /// What was on disk.
  struct Content {
    /// Parents before children.
    std::vector<std::pair<std::string, Record>> nodes;
    std::vector<SessionCredentials> sessions;
  };
  /// One change of the store; on disk it is there as a whole or not at all.
  struct Entry {
    /// Nodes with what is now in them: null for those that are gone.
    std::vector<std::pair<std::string_view, const Record*>> nodes;
    std::optional<SessionCredentials> begun;
    std::optional<std::uint64_t> ended;
  };

  /// Opens `file`, or makes it with mode 0600, and reads it into `content`. A file that is damaged, of
  /// another program, written by a newer version, or in use gives a failure that says so, and is left as it
  /// is.
  static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& file, Content& content);

  /// Called once, when the content has been found good: until then nothing is changed. Returns the number of
  /// this start, greater than that of every earlier one and than the upper half of `greatest_zxid`.
  Result<std::uint64_t> begin_epoch(std::uint64_t greatest_zxid);

  /// Writes one change. It survives the death of this process at once, and a loss of power a little later.
  Result<void> append(const Entry& entry);

 private:
  explicit Journal(Database database) : database_(std::move(database)) {}
  Result<void> prepare();
  Result<void> load(Content& content);
  Result<void> load_nodes(Content& content);
  Result<void> write(const Entry& entry);

  Database database_;
  Statement begin_;
  Statement commit_;
  Statement rollback_;
  Statement put_node_;
  Statement remove_node_;
  Statement put_session_;
  Statement remove_session_;
};

}  // namespace circuit::anchor::embedded
