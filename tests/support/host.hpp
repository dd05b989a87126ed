// A host of the test's own: an agent's directory in which everything ends with the test.
#pragma once

#include <boost/json/value.hpp>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "support/console.hpp"
#include "support/eventually.hpp"
#include "support/processes.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

namespace circuit::support {

/// True when the full counts are wanted ($CIRCUIT_LONG).
bool is_long();

/// The fixture of tests with a keeper, an agent and workers. $CIRCUIT_DIR names its directory, for whatever
/// the test starts; nothing runs until the test, or a program of it, starts the keeper. At the end everything
/// is asked to end, and the test fails if something stays.
/// With $CIRCUIT_TEST_ZOOKEEPER (HOST:PORT[/NODE]) every host keeps its anchor tree there, below a node of
/// its own.
class Host : public ::testing::Test {
 protected:
  Host();
  ~Host() override;

  const std::filesystem::path& directory() const noexcept { return directory_.path(); }
  std::filesystem::path jail(WorkerId id) const { return directory() / "jail" / id.string(); }
  std::filesystem::path sockets() const;

  /// From its next start on, the agent keeps its tree in this ZooKeeper.
  void use_zookeeper(const std::string& connect_string) const;
  /// Starts a keeper, as an app does, and waits until its agent answers.
  void start();
  /// Waits until an agent answers, which is not `former`.
  void await_agent(pid_t former = 0);
  /// 0: none runs.
  pid_t keeper_pid() const;
  pid_t agent_pid() const;

  /// Made at its first use: the keeper must have been started.
  Console& console();
  /// Runs `circuit ARGUMENTS...` to its end.
  static Outcome circuit(std::vector<std::string> arguments, std::string in = {});
  /// The same, whose output must be JSON.
  static boost::json::value circuit_json(std::vector<std::string> arguments);
  /// The command for a Program.
  static std::vector<std::string> circuit_command(std::vector<std::string> arguments);

  /// Names of the files in the socket directory.
  std::vector<std::string> socket_files() const;
  /// Jails whose lock a living worker holds.
  std::size_t held_jails() const;

 private:
  void end();

  TemporaryDirectory directory_;
  std::unique_ptr<Console> console_;
};

}  // namespace circuit::support
