// A file descriptor with one owner.
#pragma once

#include <utility>

#include "base/result.hpp"

namespace circuit {

/// Closes its descriptor when it goes. Empty is -1.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept;
  /// A second descriptor of the same open file, closed on exec; empty when the process has none left.
  UniqueFd duplicate() const noexcept;

 private:
  int fd_ = -1;
};

/// `what` and the text of `error_number` (an errno), as a failure of the given kind.
Failure system_failure(std::string_view what, int error_number, ErrorKind kind = ErrorKind::refused);

}  // namespace circuit
