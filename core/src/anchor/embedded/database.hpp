// SQLite with owners and Results.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace circuit::anchor::embedded {

/// A prepared statement, used again and again. It must not outlive its database.
/// Thread safety: none.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  /// The parameters, from 1. The text or bytes must stay until the statement has run.
  Statement& text(int parameter, std::string_view value);
  Statement& bytes(int parameter, std::string_view value);
  Statement& integer(int parameter, std::uint64_t value);

  /// Runs to the next row: true if there is one.
  Result<bool> step();
  /// Runs to the end and makes the statement ready for the next time.
  Result<void> run();

  /// The columns of a row, from 0. Texts and bytes are good until the next step.
  std::string_view text_at(int column);
  std::uint64_t integer_at(int column);

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) noexcept : statement_(statement) {}

  sqlite3_stmt* statement_ = nullptr;
};

/// An open database file.
/// Thread safety: none.
class Database {
 public:
  enum class Access : std::uint8_t {
    look,        ///< reads the file as it lies there: no lock, no write-ahead log, nothing changed
    read_write,  ///< an existing file
  };
  static Result<Database> open(const std::filesystem::path& file, Access access);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  Result<Statement> prepare(std::string_view sql);
  Result<void> execute(const std::string& sql);
  /// The first column of the first row; 0 without one.
  Result<std::uint64_t> integer(std::string_view sql);
  Result<std::string> text(std::string_view sql);
  /// Whether closing moves the write-ahead log into the file; on unless turned off.
  void checkpoint_on_close(bool on);

 private:
  explicit Database(sqlite3* database) noexcept : database_(database) {}

  sqlite3* database_ = nullptr;
};

}  // namespace circuit::anchor::embedded
