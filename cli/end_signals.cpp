#include "end_signals.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace circuit::cli {

Result<UniqueFd> take_end_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return system_failure("cannot wait for signals", errno);
  return fd;
}

int next_end_signal(const UniqueFd& signals, std::chrono::milliseconds wait) {
  pollfd poll{signals.get(), POLLIN, 0};
  signalfd_siginfo info{};
  if (::poll(&poll, 1, static_cast<int>(wait.count())) <= 0) return 0;
  if (::read(signals.get(), &info, sizeof info) != sizeof info) return 0;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace circuit::cli
