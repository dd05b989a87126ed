#include "lang/seats.hpp"

#include <algorithm>

namespace circuit::lang {

void Seat::complete(Answer answer) {
  std::lock_guard lock(mutex_);
  answer_.emplace(std::move(answer));
  changed_.notify_one();  // under the lock: the seat may be gone as soon as it is free
}

Answer Seat::wait() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return answer_.has_value() || !jobs_.empty(); });
    if (jobs_.empty()) {
      left_ = true;
      return std::move(*answer_);
    }
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // what it held goes outside the lock
    lock.lock();
  }
}

bool Seat::offer(std::function<void()>& job) {
  std::lock_guard lock(mutex_);
  if (left_) return false;
  jobs_.push_back(std::move(job));
  changed_.notify_one();
  return true;
}

Seats::Taken::Taken(Seats& seats, std::uint64_t chain, Seat& seat)
    : seats_(seats), chain_(chain), seat_(seat) {
  std::lock_guard lock(seats_.mutex_);
  seats_.taken_[chain_].push_back(&seat);
}

Seats::Taken::~Taken() {
  std::lock_guard lock(seats_.mutex_);
  auto taken = seats_.taken_.find(chain_);
  // Not always the last: a flow that has given up a call goes on beside what still runs for it.
  std::erase(taken->second, &seat_);
  if (taken->second.empty()) seats_.taken_.erase(taken);
}

bool Seats::offer(std::uint64_t chain, std::function<void()>& job) {
  std::lock_guard lock(mutex_);
  auto taken = taken_.find(chain);
  return taken != taken_.end() && taken->second.back()->offer(job);
}

}  // namespace circuit::lang
