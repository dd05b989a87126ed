#include "anchor/embedded/file_journal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/unique_fd.hpp"

namespace circuit::anchor::embedded {
namespace {

/// In the header of the file, so that `file` and we know what it is: "CIRa".
constexpr std::uint64_t application_id = 0x43495261;
constexpr std::uint64_t schema_version = 1;

constexpr std::string_view schema = R"(
  CREATE TABLE node(path TEXT PRIMARY KEY, data BLOB NOT NULL,
                    czxid INTEGER NOT NULL, mzxid INTEGER NOT NULL, pzxid INTEGER NOT NULL,
                    ctime_ms INTEGER NOT NULL, mtime_ms INTEGER NOT NULL,
                    version INTEGER NOT NULL, cversion INTEGER NOT NULL, owner INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE session(id INTEGER PRIMARY KEY, password BLOB NOT NULL);
  CREATE TABLE epoch(value INTEGER NOT NULL);
  INSERT INTO epoch VALUES(0);
)";

Result<void> write_schema(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Access::read_write);
  if (!database) return database.error();
  // Without the write-ahead log, so that the header says what the file is before any reader can meet it; and
  // without waiting for the disk, because a draft that is not complete is thrown away.
  return database->execute(
      fmt::format("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; BEGIN; {} "
                  "PRAGMA application_id={}; PRAGMA user_version={}; COMMIT",
                  schema, application_id, schema_version));
}

/// Makes the file under another name and then gives it its own: it never exists by halves, and a file that
/// has appeared meanwhile is not replaced.
Result<void> create_file(const std::filesystem::path& file) {
  std::filesystem::path draft = file.string() + ".new";
  for (const char* suffix : {".new", ".new-journal", "-wal", "-shm"})
    ::unlink((file.string() + suffix).c_str());
  UniqueFd fd(::open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return system_failure("cannot create " + draft.string(), errno);
  auto written = write_schema(draft);
  if (written && ::fsync(fd.get()) != 0) written = system_failure("cannot write " + draft.string(), errno);
  if (written && ::link(draft.c_str(), file.c_str()) != 0 && errno != EEXIST)
    written = system_failure("cannot create " + file.string(), errno);
  ::unlink(draft.c_str());
  return written;
}

/// Whether the header says that this is ours, without touching anything.
Result<void> inspect(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Access::look);
  if (!database) return database.error();
  auto application = database->integer("PRAGMA application_id");
  if (!application) return application.error();
  if (*application != application_id)
    return failure(ErrorKind::invalid, file.string() + " is a database of another program");
  auto version = database->integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version > schema_version)
    return failure(
        ErrorKind::refused,
        fmt::format("{} was written by a newer version of Circuit (its format is {}, this one knows {})",
                    file.string(), *version, schema_version));
  if (*version != schema_version)
    return failure(ErrorKind::invalid, fmt::format("{} has the unknown format {}", file.string(), *version));
  return {};
}

constexpr std::uint64_t zxid_limit = std::uint64_t{1} << 63;

/// A count from a column, which holds whatever the file holds.
bool read_count(Statement& row, int column, std::int32_t& out) {
  std::uint64_t value = row.integer_at(column);
  out = static_cast<std::int32_t>(value);
  return value <= 0x7fffffff;
}

bool read_node(Statement& row, Record& record) {
  std::string_view data = row.text_at(1);
  if (data.size() > limits::node_bytes) return false;
  record.data = data;
  record.stat.czxid = row.integer_at(2);
  record.stat.mzxid = row.integer_at(3);
  record.stat.pzxid = row.integer_at(4);
  record.stat.ctime_ms = row.integer_at(5);
  record.stat.mtime_ms = row.integer_at(6);
  record.stat.ephemeral_owner = row.integer_at(9);
  return read_count(row, 7, record.stat.version) && read_count(row, 8, record.stat.cversion) &&
         std::max({record.stat.czxid, record.stat.mzxid, record.stat.pzxid}) < zxid_limit;
}

Failure with_cure(Failure what) {
  what.text += "; it was left as it is: move it away, or choose another directory";
  return what;
}

}  // namespace

Failure damaged_store(std::string_view what) {
  return with_cure(failure(ErrorKind::invalid, fmt::format("the anchor store is damaged: {}", what)));
}

Result<std::unique_ptr<FileJournal>> FileJournal::open(const std::filesystem::path& file, Content& content) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    if (error) return system_failure("cannot open " + file.string(), error.value());
    if (auto made = create_file(file); !made) return made.error();
  }
  if (auto good = inspect(file); !good) return with_cure(good.error());
  auto database = Database::open(file, Database::Access::read_write);
  if (!database) return database.error();
  auto journal = std::unique_ptr<FileJournal>(new FileJournal(*std::move(database)));
  // A damaged file is evidence: not even its own log is moved into it.
  journal->database_.checkpoint_on_close(false);
  if (auto good = journal->load(content); !good) return good.error();
  return journal;
}

Result<void> FileJournal::prepare() {
  const std::array<std::pair<Statement*, std::string_view>, 7> statements{{
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&rollback_, "ROLLBACK"},
      {&put_node_, "INSERT OR REPLACE INTO node VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {&remove_node_, "DELETE FROM node WHERE path = ?"},
      {&put_session_, "INSERT INTO session VALUES(?, ?)"},
      {&remove_session_, "DELETE FROM session WHERE id = ?"},
  }};
  for (auto [statement, sql] : statements) {
    auto prepared = database_.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = *std::move(prepared);
  }
  return {};
}

Result<void> FileJournal::load(Content& content) {
  // The lock is held as long as the file is open: a second process is refused, and SQLite needs no shared
  // memory.
  for (const char* sql :
       {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA trusted_schema=OFF"})
    if (auto done = database_.execute(sql); !done) return done;
  auto verdict = database_.text("PRAGMA quick_check(1)");
  if (!verdict) return verdict.error();
  if (*verdict != "ok") return damaged_store(*verdict);
  if (auto loaded = load_nodes(content); !loaded) return loaded;
  auto sessions = database_.prepare("SELECT id, password FROM session");
  if (!sessions) return sessions.error();
  for (;;) {
    auto row = sessions->step();
    if (!row) return row.error();
    if (!*row) break;
    content.sessions.push_back({sessions->integer_at(0), std::string(sessions->text_at(1))});
  }
  return {};
}

Result<void> FileJournal::load_nodes(Content& content) {
  auto nodes = database_.prepare(
      "SELECT path, data, czxid, mzxid, pzxid, ctime_ms, mtime_ms, version, cversion, owner FROM node ORDER "
      "BY path");
  if (!nodes) return nodes.error();
  for (;;) {
    auto row = nodes->step();
    if (!row) return row.error();
    if (!*row) return {};
    std::string path(nodes->text_at(0));
    Record record;
    if (!read_node(*nodes, record)) return damaged_store("a node has impossible figures");
    content.nodes.emplace_back(std::move(path), std::move(record));
  }
}

Result<std::uint64_t> FileJournal::begin_epoch(std::uint64_t greatest_zxid) {
  auto stored = database_.integer("SELECT value FROM epoch");
  if (!stored) return stored.error();
  std::uint64_t epoch = std::max(greatest_zxid >> 32, *stored);
  if (epoch >= (zxid_limit >> 32) - 1) return damaged_store("its epoch is impossible");
  ++epoch;
  // Numbers of changes must not go back even if the power fails, so this one write waits for the disk.
  auto begun = database_.execute(
      fmt::format("PRAGMA synchronous=FULL; UPDATE epoch SET value={}; PRAGMA synchronous=NORMAL", epoch));
  if (!begun) return begun.error();
  if (auto prepared = prepare(); !prepared) return prepared.error();
  database_.checkpoint_on_close(true);
  return epoch;
}

Result<void> FileJournal::append(const Entry& entry) {
  if (auto begun = begin_.run(); !begun) return begun;
  auto written = write(entry);
  if (written) written = commit_.run();
  // After some errors SQLite has rolled back already; then this fails, and nothing is lost.
  if (!written) static_cast<void>(rollback_.run());
  return written;
}

Result<void> FileJournal::write(const Entry& entry) {
  for (auto [path, record] : entry.nodes) {
    if (record == nullptr) {
      if (auto done = remove_node_.text(1, path).run(); !done) return done;
      continue;
    }
    const Stat& stat = record->stat;
    put_node_.text(1, path).bytes(2, record->data).integer(3, stat.czxid).integer(4, stat.mzxid);
    put_node_.integer(5, stat.pzxid).integer(6, stat.ctime_ms).integer(7, stat.mtime_ms);
    put_node_.integer(8, static_cast<std::uint64_t>(stat.version));
    put_node_.integer(9, static_cast<std::uint64_t>(stat.cversion)).integer(10, stat.ephemeral_owner);
    if (auto done = put_node_.run(); !done) return done;
  }
  if (entry.begun)
    if (auto done = put_session_.integer(1, entry.begun->id).bytes(2, entry.begun->password).run(); !done)
      return done;
  if (entry.ended) return remove_session_.integer(1, *entry.ended).run();
  return {};
}

}  // namespace circuit::anchor::embedded
