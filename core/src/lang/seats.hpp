// Threads that wait for an answer, and what they can do meanwhile.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "lang/calls.hpp"

namespace circuit::lang {

/// Puts the calling thread to sleep until the answer is there. Lifetime: on that thread's stack.
class Seat : public Waiter {
 public:
  void complete(Answer answer) override;
  /// Runs what it is offered until the answer has come.
  Answer wait();

 private:
  friend class Seats;
  bool offer(std::function<void()>& job);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Answer> answer_;
  std::deque<std::function<void()>> jobs_;
  bool left_ = false;
};

/// The seats of a node, by the chain of the call that is waited for. Where no further thread is to be had, a
/// call from within a chain runs on the thread on which the chain is blocked: however many chains there are,
/// each goes on. Thread safety: any thread.
class Seats {
 public:
  /// Lists a seat for as long as it lives.
  class Taken {
   public:
    Taken(Seats& seats, std::uint64_t chain, Seat& seat);
    ~Taken();
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

   private:
    Seats& seats_;
    const std::uint64_t chain_;
    Seat& seat_;
  };

  /// Hands the job to the innermost thread that waits in that chain. False: there is none, and the job is as
  /// it was.
  bool offer(std::uint64_t chain, std::function<void()>& job);

 private:
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::vector<Seat*>> taken_;
};

}  // namespace circuit::lang
