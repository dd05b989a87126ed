#include "keeper/process.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <signal.h>
#include <spawn.h>
#include <string_view>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/paths.hpp"
#include "base/process_stat.hpp"

namespace circuit::keeper {
namespace {

/// Sources of dup2 lie above all targets, so that no target can overwrite a source that is still needed.
constexpr int lowest_source = 64;
static_assert(lowest_source > static_cast<int>(limits::keeper_message_fds));

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

class Attributes {
 public:
  explicit Attributes(bool own_session) {
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    ::sigfillset(&all);
    ::sigdelset(&all, SIGKILL);
    ::sigdelset(&all, SIGSTOP);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (own_session) flags |= POSIX_SPAWN_SETSID;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// The null-terminated array of C strings that exec wants; valid as long as `texts`.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<pid_t> start_process(const ProcessStart& start) {
  FileActions actions;
  UniqueFd directory;
  if (!start.directory.empty()) {
    // Opened here and not in the child, so that a missing directory is not taken for a missing executable.
    directory.reset(::open(start.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return system_failure(fmt::format("cannot start in {}", start.directory), errno);
    ::posix_spawn_file_actions_addfchdir_np(actions.get(), directory.get());
  }
  std::vector<UniqueFd> sources;
  for (std::size_t i = 0; i < start.fds.size(); ++i) {
    sources.emplace_back(::fcntl(start.fds[i], F_DUPFD_CLOEXEC, lowest_source));
    if (!sources.back())
      return system_failure(fmt::format("cannot hand a descriptor to {}", start.executable), errno);
    ::posix_spawn_file_actions_adddup2(actions.get(), sources.back().get(), static_cast<int>(i));
  }
  // All of ours are closed on exec; this is for what our own starter may have left open.
  ::posix_spawn_file_actions_addclosefrom_np(actions.get(), static_cast<int>(start.fds.size()));

  Attributes attributes(start.own_session);
  std::vector<char*> arguments = pointers_to(start.arguments);
  std::vector<char*> environment = pointers_to(start.environment);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, start.executable.c_str(), actions.get(), attributes.get(),
                                  arguments.data(), environment.data());
  if (error != 0) return system_failure(fmt::format("cannot start {}", start.executable), error);
  return pid;
}

std::optional<std::uint64_t> start_ticks_of(pid_t pid) { return process_stat(pid, 22); }

UniqueFd open_pidfd(pid_t pid, std::uint64_t start_ticks) {
  if (pid <= 1) return UniqueFd();
  // First the descriptor, then the look: what is looked at cannot be replaced any more without the descriptor
  // showing that it has ended.
  UniqueFd pidfd = open_pidfd(pid);
  if (!pidfd || start_ticks_of(pid) != start_ticks || has_ended(pidfd.get())) return UniqueFd();
  return pidfd;
}

UniqueFd open_memfd_of(pid_t pid, int fd) {
  const std::string path = fmt::format("/proc/{}/fd/{}", pid, fd);
  std::array<char, 64> target{};
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size <= 0 || !std::string_view(target.data(), static_cast<std::size_t>(size)).starts_with("/memfd:"))
    return UniqueFd();
  UniqueFd memory(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  // Only memory files have seals: a file that is merely named like one does not pass.
  if (!memory || ::fcntl(memory.get(), F_GET_SEALS) < 0) return UniqueFd();
  return memory;
}

std::vector<pid_t> own_children() {
  std::vector<pid_t> children;
  std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  if (!proc) return children;
  const auto self = static_cast<std::uint64_t>(::getpid());
  while (const dirent* entry = ::readdir(proc.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (process_stat(pid, 4) == self) children.push_back(pid);
  }
  return children;
}

}  // namespace circuit::keeper
