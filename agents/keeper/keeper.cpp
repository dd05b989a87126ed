#include "keeper/keeper.hpp"

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/unique_fd.hpp"
#include "keeper/keeper_loop.hpp"

namespace circuit::keeper {
namespace {

int complain(const std::string& text, int status) {
  fmt::print(stderr, "circuit keeper: {}\n", text);
  return status;
}

/// A descriptor that is missing would be given to the next file that is opened, and a worker's output go
/// there.
bool fill_standard_descriptors() {
  for (;;) {
    const int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    if (fd > STDERR_FILENO) {
      ::close(fd);
      return true;
    }
    ::fcntl(fd, F_SETFD, 0);
  }
}

/// Empty with errno EWOULDBLOCK when another keeper holds it; its pid is then in the file. Who looks whether
/// a keeper runs holds the lock for a moment too, so that a few attempts are made.
UniqueFd lock(const std::filesystem::path& path) {
  constexpr int attempts = 10;
  constexpr timespec pause{0, 2'000'000};
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  int taken = -1;
  for (int i = 0; file && taken != 0 && i < attempts; ++i) {
    if (i > 0) ::nanosleep(&pause, nullptr);
    taken = ::flock(file.get(), LOCK_EX | LOCK_NB);
    if (taken != 0 && errno != EWOULDBLOCK) break;
  }
  if (file && taken != 0) {
    const int error = errno;
    file.reset();
    errno = error;
  }
  return file;
}

int complain_of_lock(const std::filesystem::path& path, int error) {
  if (error != EWOULDBLOCK)
    return complain(system_failure(fmt::format("cannot lock {}", path.string()), error).text, 1);
  auto holder = read_file(path, 64);
  std::string pid = holder ? *holder : std::string();
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return complain(fmt::format("the keeper with pid {} already holds {}; end that one first",
                              pid.empty() ? "unknown" : pid, path.parent_path().string()),
                  exit_held);
}

bool write_pid(const UniqueFd& file) {
  const std::string text = fmt::format("{}\n", ::getpid());
  return ::ftruncate(file.get(), 0) == 0 &&
         ::pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

UniqueFd take_signals(bool foreground) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGCHLD);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  // A terminal that closes ends what runs in its foreground and nothing else.
  if (foreground)
    ::sigaddset(&signals, SIGHUP);
  else
    ::signal(SIGHUP, SIG_IGN);
  // An ignored SIGCHLD, which a starter may leave behind, would reap the workers before their status is
  // taken.
  ::signal(SIGCHLD, SIG_DFL);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) return UniqueFd();
  return UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// Raises the number of descriptors as far as it goes (each worker takes two) and returns what it was.
rlim_t raise_fd_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return RLIM_INFINITY;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return before;
}

/// Leaves the terminal's session. True in the process that is to go on.
bool leave_session() {
  if (::setsid() >= 0 || ::getsid(0) == ::getpid()) return true;
  // The leader of a process group cannot; a child can.
  const pid_t child = ::fork();
  if (child > 0) return false;
  if (child == 0) ::setsid();
  return true;
}

}  // namespace

int run_keeper(const KeeperOptions& options) {
  if (!fill_standard_descriptors()) return complain("cannot open /dev/null", 1);
  if (options.agent_command.empty()) return complain("no agent to start was named", 1);
  if (auto made = make_private_directory(options.directory); !made) return complain(made.error().text, 1);
  const std::filesystem::path lock_path = options.directory / "keeper.lock";
  UniqueFd held = lock(lock_path);
  if (!held) return complain_of_lock(lock_path, errno);
  if (!options.foreground && !leave_session()) return 0;
  if (!write_pid(held))
    return complain(system_failure(fmt::format("cannot write {}", lock_path.string()), errno).text, 1);

  log::start("keeper");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  UniqueFd signals = take_signals(options.foreground);
  if (!signals) return complain(system_failure("cannot take signals", errno).text, 1);

  KeeperLoop loop(options, std::move(signals), raise_fd_limit());
  if (auto begun = loop.begin(); !begun) return complain(begun.error().text, 1);
  log::info("keeps {}", options.directory.string());
  loop.run();
  return 0;
}

}  // namespace circuit::keeper
