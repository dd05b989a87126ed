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

/// Knows the `circuit` program itself and every executable from which something was spawned. Asks each for its
/// functions when it is first needed, and again when the file has changed.
/// Thread safety: any thread; functions() blocks.
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

  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace circuit::agent
