// One spawn, as the command that waits for it sees it.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/unique_fd.hpp"
#include "monitor/live_cluster.hpp"

namespace circuit::cli {

/// What is known so far of a spawn that goes on in another thread. Thread safety: any thread.
class Attempt {
 public:
  Attempt();

  /// The worker that has been started, as soon as it is known.
  void set_worker(WorkerId worker);
  /// The spawn has returned.
  void set_record(Result<spawn::WorkerRecord> record);
  /// The function has returned.
  void set_result(Result<std::string> result);

  std::optional<WorkerId> worker() const;
  std::optional<Result<spawn::WorkerRecord>> record() const;
  std::optional<Result<std::string>> result() const;

  /// Waits for the next of the three, or for the descriptor to become readable; at once if one has come since
  /// the last wait.
  void wait(const UniqueFd& other);

 private:
  void changed();

  UniqueFd event_;
  mutable std::mutex mutex_;
  std::optional<WorkerId> worker_;
  std::optional<Result<spawn::WorkerRecord>> record_;
  std::optional<Result<std::string>> result_;
};

}  // namespace circuit::cli
