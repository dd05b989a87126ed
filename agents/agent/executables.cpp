#include "agent/executables.hpp"

#include "base/log.hpp"
#include "spawn/executable.hpp"

namespace circuit::agent {

void Executables::know(const std::string& path) {
  std::lock_guard lock(mutex_);
  known_.try_emplace(path);
}

std::vector<spawn::FunctionDescription> Executables::functions() {
  std::lock_guard asking(asking_);
  std::map<std::string, Known> all_known;
  {
    std::lock_guard lock(mutex_);
    all_known = known_;
  }
  std::vector<spawn::FunctionDescription> all;
  for (auto& [path, known] : all_known) {
    std::error_code error;
    auto changed = std::filesystem::last_write_time(path, error);
    auto size = error ? 0 : std::filesystem::file_size(path, error);
    if (error) continue;  // gone: nothing can be spawned from it
    if (changed != known.changed || size != known.size) {
      auto described = spawn::describe_executable(path);
      if (described.has_error()) log::warn("{}", described.error().text);
      // It is not asked again before it has changed: one that says nothing would hold everybody up each time.
      known = {changed, size,
               described.has_value() ? std::move(*described) : std::vector<spawn::FunctionDescription>()};
      std::lock_guard lock(mutex_);
      known_[path] = known;
    }
    all.insert(all.end(), known.functions.begin(), known.functions.end());
  }
  return all;
}

}  // namespace circuit::agent
