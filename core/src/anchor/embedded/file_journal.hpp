// What the embedded tree keeps on disk: its nodes and sessions, in one SQLite file that only one process
// opens.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "anchor/embedded/database.hpp"
#include "anchor/embedded/journal.hpp"

namespace circuit::anchor::embedded {

/// What is said of a store whose content makes no sense.
Failure damaged_store(std::string_view what);

/// Thread safety: none; the store locks.
class FileJournal final : public Journal {
 public:
  /// Opens `file`, or makes it with mode 0600, and reads it into `content`. A file that is damaged, of
  /// another program, written by a newer version, or in use gives a failure that says so, and is left as it
  /// is.
  static Result<std::unique_ptr<FileJournal>> open(const std::filesystem::path& file, Content& content);

  /// Called once, when the content has been found good: until then nothing is changed. Returns the number of
  /// this start, greater than that of every earlier one and than the upper half of `greatest_zxid`.
  Result<std::uint64_t> begin_epoch(std::uint64_t greatest_zxid);

  /// Writes one change. It survives the death of this process at once, and a loss of power a little later.
  Result<void> append(const Entry& entry) override;

 private:
  explicit FileJournal(Database database) : database_(std::move(database)) {}
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
