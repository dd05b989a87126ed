#include "base/paths.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace circuit {
namespace fs = std::filesystem;
namespace {

/// FNV-1a, for names of directories only.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

fs::path state_home() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && state[0] == '/') return state;
  if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/')
    return fs::path(home) / ".local/state";
  return fs::path("/tmp") / fmt::format("circuit-state-{}", ::getuid());
}

}  // namespace

fs::path state_directory() { return state_home() / "circuit"; }

fs::path agent_directory(std::string_view cluster, std::string_view host) {
  if (const char* own = std::getenv("CIRCUIT_DIR"); own != nullptr && own[0] != '\0')
    return fs::absolute(own).lexically_normal();
  return state_directory() / cluster / host;
}

Result<void> make_private_directory(const fs::path& directory) {
  std::error_code error;
  if (directory.has_parent_path()) fs::create_directories(directory.parent_path(), error);
  if (error)
    return system_failure(fmt::format("cannot make {}", directory.parent_path().string()), error.value());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return system_failure(fmt::format("cannot make {}", directory.string()), errno);
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0)
    return system_failure(fmt::format("cannot look at {}", directory.string()), errno);
  if (!S_ISDIR(info.st_mode))
    return failure(ErrorKind::refused,
                   fmt::format("{} is not a directory; name another one", directory.string()));
  if (info.st_uid != ::geteuid())
    return failure(ErrorKind::refused,
                   fmt::format("{} belongs to another user (uid {}); name another directory",
                               directory.string(), info.st_uid));
  if ((info.st_mode & 0077) != 0 && ::chmod(directory.c_str(), 0700) != 0)
    return system_failure(fmt::format("cannot close {} to other users", directory.string()), errno);
  return {};
}

fs::path socket_directory(const fs::path& directory) {
  return fs::path("/tmp") /
         fmt::format("circuit-{}-{:016x}", ::geteuid(), hash_of(directory.lexically_normal().string()));
}

fs::path own_executable() {
  std::error_code error;
  fs::path path = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : path;
}

bool is_executable(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

fs::path find_program(std::string_view name) {
  if (fs::path beside = own_executable().parent_path() / name; is_executable(beside)) return beside;
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path != nullptr ? path : ""; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    if (fs::path found = fs::path(folder) / name; is_executable(found)) return fs::absolute(found);
  }
  return {};
}

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_failure(fmt::format("cannot open {}", path.string()), errno);
  std::string content;
  char chunk[4096];
  for (;;) {
    ssize_t n = ::read(file.get(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_failure(fmt::format("cannot read {}", path.string()), errno);
    if (n == 0) return content;
    if (content.size() + static_cast<std::size_t>(n) > limit)
      return failure(ErrorKind::invalid, fmt::format("{} is longer than {} bytes", path.string(), limit));
    content.append(chunk, static_cast<std::size_t>(n));
  }
}

Result<void> write_file(const fs::path& path, std::string_view content) {
  fs::path draft = path;
  draft += fmt::format(".{}", ::getpid());
  {
    UniqueFd file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return system_failure(fmt::format("cannot write {}", draft.string()), errno);
    while (!content.empty()) {
      ssize_t n = ::write(file.get(), content.data(), content.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_failure(fmt::format("cannot write {}", draft.string()), errno);
      content.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  if (::rename(draft.c_str(), path.c_str()) != 0)
    return system_failure(fmt::format("cannot put {} in place", path.string()), errno);
  return {};
}

}  // namespace circuit
