// Those who wait for a change of the anchor tree, and what is followed for them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "agent/registrar.hpp"
#include "base/random.hpp"
#include "lang/incoming_call.hpp"
#include "link/loop.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::agent {

/// A directory or subtree is followed once, however many wait for it, and for a while after the last of them.
/// No wait holds a thread. Thread safety: the loop's thread only.
class AnchorWaits {
 public:
  using RecordOf = std::function<spawn::WorkerRecord(const anchor::Entry&)>;
  /// `record_of` says what is told of a file.
  AnchorWaits(Registrar& registrar, link::Loop& loop, Random& random, RecordOf record_of);

  /// Answers when the directory's revision is greater than `since`, or with nothing when the time is over.
  void change(lang::IncomingCallPointer call, const anchor::Path& directory, std::uint64_t since,
              std::uint32_t wait_ms);
  /// Answers when something differs from what the order says is known, or when the time is over.
  void change_below(lang::IncomingCallPointer call, const anchor::Path& top,
                    const spawn::SubtreeOrder& order);
  /// Answers the wait of that name as if its time were over.
  void end_wait(const lang::Peer* caller, std::uint64_t name);
  /// Nobody waits for these any more.
  void caller_died(const lang::Peer& caller);
  std::size_t size() const noexcept { return waits_; }

  spawn::DirectoryListing told(const anchor::Path& path, const anchor::Listing& listing) const;

 private:
  using Reach = anchor::Follower::Reach;
  using Key = std::pair<anchor::Path, Reach>;
  struct Wait {
    lang::IncomingCallPointer call;
    std::uint64_t epoch = 0;
    std::uint64_t since = 0;
    std::uint64_t until_ns = 0;
    /// 0: it has none.
    std::uint64_t name = 0;
  };
  struct Followed {
    /// Null until it has been looked at for the first time.
    Registrar::Followed follower;
    /// Which follower this is: the sequences of two cannot be compared.
    std::uint64_t epoch = 0;
    /// Since when nobody has waited.
    std::uint64_t idle_ns = 0;
    std::vector<Wait> waits;
  };

  void join(const Key& key, Wait wait);
  bool is_full_for(const lang::Peer* caller) const;
  void follow(const Key& key);
  void began(const Key& key, std::uint64_t epoch, const Result<Registrar::Followed>& follower);
  void changed();
  void look();
  /// Answers those whose time it is.
  void settle(const Key& key, Followed& followed, std::uint64_t now_ns);
  bool is_due(const Key& key, const Followed& followed, const Wait& wait) const;
  void answer(const Key& key, const Followed& followed, Wait& wait, bool is_due);
  void arm(std::uint64_t at_ns);

  Registrar& registrar_;
  link::Loop& loop_;
  Random& random_;
  const RecordOf record_of_;
  std::map<Key, Followed> followed_;
  std::size_t waits_ = 0;
  std::unique_ptr<link::Timer> timer_;
  std::optional<std::uint64_t> armed_ns_;
};

}  // namespace circuit::agent
