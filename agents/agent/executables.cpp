#include "agent/executables.hpp"

#include "base/log.hpp"
#include "spawn/executable.hpp"

namespace circuit::agent {

void Executables::know(const std::string& path) {
  std::lock_guard lock(mutex_);
  known_.try_emplace(path);
}

std::vector<spawn::FunctionDescription> Executables::functions() {
  std::lock_guard lock(mutex_);
  std::vector<spawn::FunctionDescription> all;
  for (auto& [path, known] : known_) {
    std::error_code error;
    auto changed = std::filesystem::last_write_time(path, error);
    auto size = error ? 0 : std::filesystem::file_size(path, error);
    if (error) continue;  // gone: nothing can be spawned from it
    if (changed != known.changed || size != known.size) {
      auto described = spawn::describe_executable(path);
      if (described.has_error()) {
        log::warn("{}", described.error().text);
        continue;
      }
      known = {changed, size, std::move(*described)};
    }
    all.insert(all.end(), known.functions.begin(), known.functions.end());
  }
  return all;
}

}  // namespace circuit::agent
