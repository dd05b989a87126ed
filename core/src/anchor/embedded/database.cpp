#include "anchor/embedded/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <utility>

namespace circuit::anchor::embedded {
namespace {

Failure trouble(sqlite3* database) {
  int code = sqlite3_errcode(database);
  const char* file = sqlite3_db_filename(database, "main");
  std::string name = file == nullptr ? "the database" : file;
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return failure(ErrorKind::refused, name + " is in use by another process; stop that one first");
    case SQLITE_FULL: return failure(ErrorKind::overloaded, name + " cannot grow: the disk is full");
    case SQLITE_NOTADB:
      return failure(ErrorKind::invalid,
                     name + " is not a database; move it away, or choose another directory");
    case SQLITE_CORRUPT:
      return failure(ErrorKind::invalid, name + " is damaged; move it away, or choose another directory");
    default: return failure(ErrorKind::refused, fmt::format("{}: {}", name, sqlite3_errmsg(database)));
  }
}

/// A path as SQLite wants it in a URI.
std::string uri_of(const std::filesystem::path& file, std::string_view query) {
  std::string uri = "file:";
  for (char c : file.string()) {
    if (c == '%' || c == '?' || c == '#')
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else
      uri += c;
  }
  return uri.append("?").append(query);
}

}  // namespace

Statement::Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::text(int parameter, std::string_view value) {
  sqlite3_bind_text64(statement_, parameter, value.data(), value.size(), nullptr, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bytes(int parameter, std::string_view value) {
  // A null pointer would be NULL, not no bytes.
  const char* start = value.empty() ? "" : value.data();
  sqlite3_bind_blob64(statement_, parameter, start, value.size(), nullptr);
  return *this;
}

Statement& Statement::integer(int parameter, std::uint64_t value) {
  sqlite3_bind_int64(statement_, parameter, static_cast<sqlite3_int64>(value));
  return *this;
}

Result<bool> Statement::step() {
  int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Failure what = trouble(sqlite3_db_handle(statement_));
  sqlite3_reset(statement_);
  return what;
}

Result<void> Statement::run() {
  for (;;) {
    auto row = step();
    if (!row) return row.error();
    if (!*row) break;
  }
  sqlite3_reset(statement_);
  return {};
}

std::string_view Statement::text_at(int column) {
  const void* start = sqlite3_column_blob(statement_, column);
  int size = sqlite3_column_bytes(statement_, column);
  return start == nullptr ? std::string_view()
                          : std::string_view(static_cast<const char*>(start), static_cast<std::size_t>(size));
}

std::uint64_t Statement::integer_at(int column) {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

Result<Database> Database::open(const std::filesystem::path& file, Access access) {
  sqlite3* handle = nullptr;
  // One thread at a time: the owner locks, so SQLite need not.
  constexpr int common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code = access == Access::look
                 ? sqlite3_open_v2(uri_of(file, "immutable=1").c_str(), &handle,
                                   common | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr)
                 : sqlite3_open_v2(file.c_str(), &handle, common | SQLITE_OPEN_READWRITE, nullptr);
  Database database(handle);
  if (handle == nullptr) return failure(ErrorKind::overloaded, "no memory for SQLite");
  if (code != SQLITE_OK) return trouble(handle);
  return database;
}

Database::Database(Database&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(database_, other.database_);
  return *this;
}

Database::~Database() { sqlite3_close_v2(database_); }

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK)
    return trouble(database_);
  return Statement(statement);
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return trouble(database_);
  return {};
}

Result<std::uint64_t> Database::integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer_at(0) : 0;
}

Result<std::string> Database::text(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto row = statement->step();
  if (!row) return row.error();
  return *row ? std::string(statement->text_at(0)) : std::string();
}

void Database::checkpoint_on_close(bool on) {
  sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

}  // namespace circuit::anchor::embedded
