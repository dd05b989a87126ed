// The worker executables that this agent knows, and their functions.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::agent {

/// Knows the `circuit` program itself and every executable from which something was spawned. Asks each for
/// its functions when it is first needed, and again when the file has changed. One that does not answer has
/// none. Thread safety: any thread; functions() blocks, know() never does.
class Executables {
 public:
  void know(const std::string& path);
  std::vector<spawn::FunctionDescription> functions();

 private:
  struct Known {
    /// Modification time and size of the file that was asked.
    std::filesystem::file_time_type changed{};
    std::uintmax_t size = 0;
    std::vector<spawn::FunctionDescription> functions;
  };

  /// Held while executables are asked, so that each is asked once. Taken before the other.
  std::mutex asking_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace circuit::agent
