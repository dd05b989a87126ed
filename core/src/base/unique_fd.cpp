#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

namespace circuit {

void UniqueFd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

UniqueFd UniqueFd::duplicate() const noexcept { return UniqueFd(::fcntl(fd_, F_DUPFD_CLOEXEC, 0)); }

Failure system_failure(std::string_view what, int error_number, ErrorKind kind) {
  return failure(kind, fmt::format("{}: {}", what, std::generic_category().message(error_number)));
}

}  // namespace circuit
