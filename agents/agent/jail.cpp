#include "agent/jail.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <unordered_set>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "link/unix_transport.hpp"
#include "record/recorder.hpp"
#include "spawn/jail_config.hpp"

namespace circuit::agent {
namespace fs = std::filesystem;
namespace {

Result<UniqueFd> open_file(const fs::path& path, int flags) {
  UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!file) return system_failure(fmt::format("cannot open {}", path.string()), errno);
  return file;
}

bool is_held(const fs::path& jail) {
  UniqueFd lock(::open((jail / "lock").c_str(), O_RDONLY | O_CLOEXEC));
  return lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0;
}

/// Whether that is a socket at which nobody listens.
bool is_deserted(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) return false;
  text.copy(address.sun_path, text.size());
  UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return probe && ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
         errno == ECONNREFUSED;
}

/// The paths of all sockets that some process of this host has bound.
std::unordered_set<std::string> bound_paths() {
  std::unordered_set<std::string> paths;
  std::ifstream list("/proc/net/unix");
  for (std::string line; std::getline(list, line);)
    if (auto slash = line.find('/'); slash != std::string::npos) paths.insert(line.substr(slash));
  return paths;
}

}  // namespace

fs::path jail_of(const fs::path& agent_directory, WorkerId worker) {
  return agent_directory / "jail" / worker.string();
}

Result<Jail> make_jail(const fs::path& agent_directory, const Address& address, bool restarted) {
  Jail jail;
  jail.directory = jail_of(agent_directory, address.id);
  if (auto made = make_private_directory(jail.directory); made.has_error()) return made.error();
  spawn::JailConfig config{address, agent_directory.string(), restarted};
  if (auto written = spawn::write_jail_config(jail.directory, config); written.has_error())
    return written.error();

  auto listener = link::bind_unix(address.endpoint);
  if (listener.has_error()) return listener.error();
  auto recorder = record::Recorder::make_memory(address.id.value);
  if (recorder.has_error()) return recorder.error();
  Result<UniqueFd> files[] = {open_file("/dev/null", O_RDONLY),
                              open_file(jail.directory / "out", O_WRONLY | O_CREAT | O_APPEND),
                              open_file(jail.directory / "err", O_WRONLY | O_CREAT | O_APPEND),
                              std::move(listener),
                              std::move(recorder),
                              open_file(jail.directory / "lock", O_RDWR | O_CREAT)};
  for (Result<UniqueFd>& file : files) {
    if (file.has_error()) return file.error();
    jail.descriptors.push_back(std::move(*file));
  }
  return jail;
}

void remove_socket(const fs::path& agent_directory, const Address& address) {
  if (!address.endpoint.starts_with("unix:")) return;
  const fs::path socket = address.endpoint.substr(5);
  if (socket.lexically_normal() == socket && socket.parent_path() == socket_directory(agent_directory))
    ::unlink(socket.c_str());
}

void remove_dead_sockets(const fs::path& agent_directory) {
  std::error_code error;
  // Asking the kernel wakes nobody up; only what it does not know is tried.
  const auto bound = bound_paths();
  for (const auto& entry : fs::directory_iterator(socket_directory(agent_directory), error)) {
    if (bound.contains(entry.path().string())) continue;
    const auto age = fs::file_time_type::clock::now() - entry.last_write_time(error);
    // A new one may be bound and not yet listen.
    if (!error && age >= limits::socket_settles && is_deserted(entry.path())) ::unlink(entry.path().c_str());
  }
}

void trim_output(const fs::path& jail, std::uint64_t limit_bytes) {
  for (const char* name : {"out", "err"}) {
    // The directory is the worker's: it may have put anything there.
    UniqueFd file(::open((jail / name).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat found {};
    if (!file || ::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
    constexpr std::uint64_t block_bytes = 512;  // st_blocks counts these, whatever the file system has
    if (static_cast<std::uint64_t>(found.st_blocks) * block_bytes <= limit_bytes) continue;
    const off_t kept = std::min(static_cast<off_t>(limit_bytes / 2), found.st_size);
    if (::fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, found.st_size - kept) == 0)
      continue;
    // A file system without holes. The worker appends, so it goes on at the new end.
    if (::ftruncate(file.get(), 0) != 0)
      log::warn("cannot shorten {}: {}", (jail / name).string(), std::strerror(errno));
  }
}

std::size_t remove_old_jails(const fs::path& agent_directory, std::size_t keep) {
  struct Found {
    fs::file_time_type changed;
    fs::path path;
  };
  std::vector<Found> jails;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(agent_directory / "jail", error))
    if (WorkerId::parse(entry.path().filename().string()))
      jails.push_back({entry.last_write_time(error), entry.path()});
  std::sort(jails.begin(), jails.end(), [](const Found& a, const Found& b) { return a.changed < b.changed; });
  std::size_t removed = 0;
  for (const Found& jail : jails) {
    if (jails.size() - removed <= keep) break;
    if (is_held(jail.path)) continue;
    fs::remove_all(jail.path, error);
    removed += !error;
  }
  return removed;
}

}  // namespace circuit::agent
