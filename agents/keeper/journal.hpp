// The journal: what a keeper that was killed leaves to the next one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "keeper/keeper_messages.hpp"

namespace circuit::keeper {

/// A worker as the journal tells it.
struct JournalWorker {
  HeldWorker held;
  bool has_recorder = false;
  /// Nothing while it lives.
  std::optional<End> end;
};

/// The agent that runs.
struct JournalAgent {
  std::int32_t pid = 0;
  std::uint64_t start_ticks = 0;
};

/// What the entries of a journal come to.
struct JournalContent {
  /// The boot of the machine in which it was written: pids and start times of another mean nothing.
  std::string boot;
  std::map<WorkerId, JournalWorker> workers;
  JournalAgent agent;
  /// Entries whose bytes had changed and that were passed over, or bytes that are no journal. An entry that
  /// was cut off at the end is not damage: that is how the keeper's death looks.
  bool damaged = false;
};

// -- the entries --------------------------------------------------------------------------------------------

struct BootEntry {
  static constexpr std::uint8_t type = 1;
  std::string boot;
};
struct LaunchedEntry {
  static constexpr std::uint8_t type = 2;
  HeldWorker held;
  bool has_recorder = false;
};
struct UpdatedEntry {
  static constexpr std::uint8_t type = 3;
  WorkerId worker;
  Bytes record;
};
struct DiedEntry {
  static constexpr std::uint8_t type = 4;
  WorkerId worker;
  End end;
};
struct AcknowledgedEntry {
  static constexpr std::uint8_t type = 5;
  WorkerId worker;
};
struct AgentEntry {
  static constexpr std::uint8_t type = 6;
  JournalAgent agent;
};
using JournalEntry =
    std::variant<BootEntry, LaunchedEntry, UpdatedEntry, DiedEntry, AcknowledgedEntry, AgentEntry>;

/// An entry as it stands in the file: length and CRC-32 of what follows (32 bits each, little-endian), then a
/// type byte and CBOR.
Buffer encode_entry(const JournalEntry& entry);
/// Reads a journal, whatever its bytes are, as far as it can be followed.
JournalContent read_journal(std::istream& stream);

/// Appends entries to the file, each with one write. It is not forced to disk: it is there against the death
/// of the keeper, and a machine that loses power has lost the workers as well. Thread safety: none; one
/// owner.
class Journal {
 public:
  explicit Journal(std::filesystem::path path) : path_(std::move(path)) {}

  /// What an earlier keeper left. Nothing when there is no journal. Damage is logged, and the file kept
  /// beside as `journal.damaged`.
  JournalContent read() const;

  /// Puts a journal that says just this in place of the present one, and appends to it from now on.
  /// Errors: `refused`, as the file system says; the present one then stays.
  Result<void> rewrite(const std::vector<const JournalWorker*>& workers, const JournalAgent& agent);
  /// True when it has grown so far that it should be rewritten.
  bool is_due() const noexcept { return size_ > due_size_; }
  /// Appends an entry. A failure is logged and nothing else: the workers are worth more than the journal.
  void append(const JournalEntry& entry);

 private:
  std::filesystem::path path_;
  UniqueFd file_;
  std::uint64_t size_ = 0;
  std::uint64_t due_size_ = 0;
};

/// The id of this boot of the machine.
std::string boot_id();

}  // namespace circuit::keeper
