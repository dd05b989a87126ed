#include "support/processes.hpp"

#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

#include "support/eventually.hpp"
#include "support/temporary.hpp"

namespace circuit::support {
namespace fs = std::filesystem;

namespace {

/// The letter of proc(5) for a process's or a thread's state; 'X' if there is none of that name.
char state_in(const fs::path& stat) {
  const std::string text = read_text(stat);
  const std::size_t name_end = text.rfind(") ");
  return name_end == std::string::npos ? 'X' : text[name_end + 2];
}

}  // namespace

bool lives(pid_t pid) {
  const char state = state_in(fmt::format("/proc/{}/stat", pid));
  return state != 'Z' && state != 'X';
}

bool stop(pid_t pid) {
  if (::kill(pid, SIGSTOP) != 0) return false;
  return eventually([&] {
    std::error_code error;
    for (const auto& thread : fs::directory_iterator(fmt::format("/proc/{}/task", pid), error)) {
      const char state = state_in(thread.path() / "stat");
      if (state != 'T' && state != 't') return false;
    }
    return !error;
  });
}

std::vector<pid_t> processes_of(const fs::path& agent_directory) {
  std::vector<pid_t> found;
  const std::string mark = "CIRCUIT_DIR=" + agent_directory.string();
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong != std::errc() || end != name.data() + name.size() || pid == ::getpid()) continue;
    const std::string environment = '\0' + read_text(entry.path() / "environ");
    if (environment.find('\0' + mark + '\0') != std::string::npos && lives(pid)) found.push_back(pid);
  }
  return found;
}

std::size_t open_descriptors(pid_t pid) {
  std::size_t count = 0;
  std::error_code error;
  for (fs::directory_iterator entry(fmt::format("/proc/{}/fd", pid), error), end; !error && entry != end;
       entry.increment(error))
    ++count;
  return count;
}

std::string names_of(const std::vector<pid_t>& pids) {
  std::string text;
  for (pid_t pid : pids) {
    std::string command = read_text(fmt::format("/proc/{}/cmdline", pid));
    for (char& c : command)
      if (c == '\0') c = ' ';
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", pid, command);
  }
  return text;
}

}  // namespace circuit::support
