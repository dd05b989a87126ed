#include "base/pidfd.hpp"

#include <poll.h>

// The C library's 2.36 forgets to say that these functions are C.
extern "C" {
#include <sys/pidfd.h>
}

namespace circuit {

UniqueFd open_pidfd(pid_t pid) {
  // The kernel closes a pidfd on exec without being asked.
  return UniqueFd(::pidfd_open(pid, 0));
}

bool has_ended(int pidfd, std::chrono::milliseconds wait) {
  pollfd entry{pidfd, POLLIN, 0};
  return pidfd < 0 || ::poll(&entry, 1, static_cast<int>(wait.count())) > 0;
}

bool send_signal(int pidfd, int signal) { return ::pidfd_send_signal(pidfd, signal, nullptr, 0) == 0; }

}  // namespace circuit
