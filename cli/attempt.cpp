#include "attempt.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace circuit::cli {

Attempt::Attempt() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw Error(system_failure("no descriptor left", errno, ErrorKind::overloaded));
}

void Attempt::set_worker(WorkerId worker) {
  std::lock_guard lock(mutex_);
  worker_ = worker;
  changed();
}

void Attempt::set_record(Result<spawn::WorkerRecord> record) {
  std::lock_guard lock(mutex_);
  record_ = std::move(record);
  changed();
}

void Attempt::set_result(Result<std::string> result) {
  std::lock_guard lock(mutex_);
  result_ = std::move(result);
  changed();
}

std::optional<WorkerId> Attempt::worker() const {
  std::lock_guard lock(mutex_);
  return worker_;
}

std::optional<Result<spawn::WorkerRecord>> Attempt::record() const {
  std::lock_guard lock(mutex_);
  return record_;
}

std::optional<Result<std::string>> Attempt::result() const {
  std::lock_guard lock(mutex_);
  return result_;
}

void Attempt::wait(const UniqueFd& other) {
  pollfd wait[] = {{event_.get(), POLLIN, 0}, {other.get(), POLLIN, 0}};
  ::poll(wait, 2, -1);
  eventfd_t count = 0;
  ::eventfd_read(event_.get(), &count);
}

void Attempt::changed() { ::eventfd_write(event_.get(), 1); }

}  // namespace circuit::cli
