// Calls that have come in and are not answered yet, so that their callers can give them up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace circuit::lang {

class IncomingCall;
class Servant;

/// What has to be told that nobody waits for a call any more.
struct GivenUpCall {
  /// Its id in this process's recorder: the parent of what it has called.
  std::uint64_t recorded = 0;
  std::weak_ptr<Servant> servant;
  /// Empty: nothing has asked for the call's stop token.
  std::optional<std::stop_source> stop;
};

/// One entry per slot of the recorder, so that a call costs no memory of its own. Thread safety: any thread.
class IncomingCalls {
 public:
  /// `slots` of a recorder for incoming calls, which begin at `first`.
  IncomingCalls(std::uint32_t first, std::uint32_t slots) : first_(first), calls_(slots) {}

  void add(IncomingCall& call);
  void remove(const IncomingCall& call) noexcept;

  /// Requested once the call is given up. The stop state is made at the first use: most calls have none.
  std::stop_token stop_token_of(IncomingCall& call);
  /// Marks the calls that match, and returns those that were not marked before. Scans the table: giving up
  /// is rare.
  std::vector<GivenUpCall> give_up(const std::function<bool(const IncomingCall&)>& match);

 private:
  IncomingCall*& at(const IncomingCall& call) noexcept;

  const std::uint32_t first_;
  std::mutex mutex_;
  std::vector<IncomingCall*> calls_;
};

}  // namespace circuit::lang
