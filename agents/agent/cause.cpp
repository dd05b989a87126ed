#include "agent/cause.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/unique_fd.hpp"

namespace circuit::agent {

using spawn::Cause;
using spawn::CauseKind;

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

Cause cause_of(const keeper::End& end, const std::optional<KillIntent>& intent) {
  Cause cause;
  if (!end.known) {
    cause.kind = CauseKind::lost;
    cause.text = "ended while its keeper was gone, so that nobody saw how";
  } else if (WIFSIGNALED(end.wait_status)) {
    cause.kind = CauseKind::signalled;
    cause.code = WTERMSIG(end.wait_status);
    cause.text = fmt::format("killed by {}{}", signal_name(cause.code),
                             WCOREDUMP(end.wait_status) ? " (core dumped)" : "");
  } else {
    cause.kind = CauseKind::exited;
    cause.code = WEXITSTATUS(end.wait_status);
    cause.text = fmt::format("exited with {}", cause.code);
  }
  if (!intent) return cause;
  cause.kind = intent->kind;
  if (intent->kind == CauseKind::silent)
    cause.text = "said nothing in time, and was ended: is it a program that makes a circuit::Runtime?";
  else
    cause.text += fmt::format(", as {} asked", intent->by.empty() ? "someone" : intent->by);
  return cause;
}

std::string last_lines(const std::filesystem::path& jail) {
  UniqueFd file(::open((jail / "err").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return {};
  off_t size = ::lseek(file.get(), 0, SEEK_END);
  off_t from = std::max<off_t>(0, size - static_cast<off_t>(limits::quoted_err_bytes));
  std::string text(static_cast<std::size_t>(std::max<off_t>(0, size - from)), '\0');
  ssize_t n = ::pread(file.get(), text.data(), text.size(), from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, n)));
  if (from > 0) text.erase(0, text.find('\n') == std::string::npos ? 0 : text.find('\n') + 1);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace circuit::agent
