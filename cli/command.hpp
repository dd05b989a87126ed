// The subcommands of `circuit`, one file each.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

namespace circuit::cli {

/// What every subcommand is given.
struct Shared {
  /// `--dir`; empty: the user's own.
  std::string directory;
  /// Path of the running program.
  std::filesystem::path program;

  std::filesystem::path agent_directory() const;
};

/// Set by the subcommand that was given; returns the exit status.
using Run = std::function<int()>;

// Each adds one subcommand to `app`; when it is given on the command line, it sets `run`.
void add_up(CLI::App& app, const Shared& shared, Run& run);
void add_calls(CLI::App& app, const Shared& shared, Run& run);
void add_ls(CLI::App& app, const Shared& shared, Run& run);
void add_spawn(CLI::App& app, const Shared& shared, Run& run);
void add_kill(CLI::App& app, const Shared& shared, Run& run);
void add_functions(CLI::App& app, const Shared& shared, Run& run);
void add_worker(CLI::App& app, const Shared& shared, Run& run);
void add_zookeeper(CLI::App& app, const Shared& shared, Run& run);
void add_completion(CLI::App& app, const Shared& shared, Run& run);
void add_keeper(CLI::App& app, const Shared& shared, Run& run);
void add_agent(CLI::App& app, const Shared& shared, Run& run);

}  // namespace circuit::cli
