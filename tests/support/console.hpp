// A console of the test's own.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/state.hpp"
#include "spawn/function_spawn.hpp"

namespace circuit::support {

/// Asks and steers the agent of a directory as the shell does, without starting a program for it.
/// Thread safety: any thread.
class Console {
 public:
  explicit Console(const std::filesystem::path& agent_directory);

  /// Calls a method of the agent.
  template <class R, class... A>
  Result<R> ask(const lang::RemoteMethod<R(A...)>& method, const A&... arguments) {
    return state_->agent().call(method, {}, arguments...);
  }

  struct Spawn {
    std::string function;
    /// JSON text of an array.
    std::string arguments = "[]";
    std::vector<std::string> anchors = {};
    /// Empty: the `circuit` program.
    std::string executable = {};
    /// The agent calls the function, so that the worker does not depend on this console.
    spawn::Caller caller = spawn::Caller::agent;
    Restart restart = {};
  };
  /// Starts a worker and its function; fails the test, and gives nobody, when it does not run.
  spawn::WorkerRecord spawn(const Spawn& wanted);
  /// Starts a worker from any executable, without a function.
  Result<spawn::WorkerRecord> start(const std::string& executable, std::vector<std::string> anchors = {});
  /// Calls a method that every worker has: true when it answers.
  Result<void> ping(const Address& worker);

  /// nullopt: it is not known, or no agent answers.
  std::optional<spawn::WorkerRecord> worker(WorkerId id);
  bool is_live(WorkerId id);
  bool is_dead(WorkerId id);
  /// All files of the tree, as `path/R...`. nullopt: no agent answers.
  std::optional<std::vector<std::string>> tree();
  Result<void> kill(WorkerId id, int signal = 0, std::uint64_t grace_ms = 5000);

 private:
  std::unique_ptr<runtime::State> state_;
};

}  // namespace circuit::support
