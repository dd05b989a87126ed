// The desktop dashboard, started beside `circuit up`.
#pragma once

#include <filesystem>
#include <sys/types.h>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace circuit::cli {

/// A running circuit-gui. Closing its window ends it and nothing else; whoever drops this ends it too.
/// Thread safety: one thread.
class Desktop {
 public:
  /// The program `circuit-gui`. Errors: `refused` where there is none.
  static Result<std::filesystem::path> find();
  /// Shows the cluster of that directory. It says itself, on standard error, when it finds no display.
  static Result<Desktop> start(const std::filesystem::path& program, const std::filesystem::path& directory);
  Desktop(Desktop&&) noexcept = default;
  ~Desktop();

 private:
  explicit Desktop(pid_t pid, UniqueFd process) : pid_(pid), process_(std::move(process)) {}

  pid_t pid_;
  /// A pidfd; empty once it has been moved from.
  UniqueFd process_;
};

}  // namespace circuit::cli
