// The keeper: the small process above the agent that is the parent of the workers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace circuit::keeper {

struct KeeperOptions {
  /// Where `keeper.lock` and `journal` lie. Made with mode 0700 when it is not there.
  std::filesystem::path directory;
  /// The agent: an absolute path and its arguments, the path among them. It gets the connection as
  /// descriptor 3.
  std::vector<std::string> agent_command;
  /// True: stay in the terminal's session, so that Ctrl-C ends keeper, workers and agent. False: a session of
  /// its own; when the caller leads a process group, the keeper goes on in a child and this call returns 0 at
  /// once.
  bool foreground = false;
};

/// Exit status: another keeper holds the directory.
inline constexpr int exit_held = 4;

/// Runs the keeper until it is told to shut down (by the agent, SIGTERM or SIGINT) and everything it held has
/// ended. Returns the exit status of the program: 0 after a shutdown, exit_held with one sentence on standard
/// error when another keeper holds the directory, 1 with one sentence when it cannot begin. Must be called
/// from a process with one thread, at its start: it changes signal masks, limits and the session.
int run_keeper(const KeeperOptions& options);

}  // namespace circuit::keeper
