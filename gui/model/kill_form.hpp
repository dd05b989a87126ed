// What stands in the kill dialog.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cluster.hpp"

namespace circuit::gui {

/// The targets are those of the moment at which the dialog opened: nothing that moves in the table moves
/// them. Thread safety: none.
class KillForm {
 public:
  struct Way {
    const char* text;
    /// 0: an ordered stop, then KILL after the grace.
    int signal;
  };
  static const std::vector<Way>& ways();

  explicit KillForm(std::vector<monitor::WorkerPointer> targets) : targets_(std::move(targets)) {}

  std::size_t way = 0;
  /// As typed.
  std::string grace_s = "5";
  std::string confirmation;

  const std::vector<monitor::WorkerPointer>& targets() const noexcept { return targets_; }
  bool many() const noexcept { return targets_.size() > 1; }
  /// What is wrong with the grace; empty: nothing.
  std::string grace_problem() const;
  /// Whether the button may be pressed: for more than one target their number has to be typed.
  bool ready() const;

  enum class Progress { none, asking, sent, failed };
  struct Step {
    Progress progress = Progress::none;
    std::string problem;
  };
  const Step& step(WorkerId id) const;
  void note(WorkerId id, Step step) { steps_[id] = std::move(step); }
  /// No target waits for an answer any more, and something was asked.
  bool finished() const;
  bool failed() const;
  bool started = false;

  /// What to ask the cluster for one target.
  monitor::KillRequest request(const spawn::WorkerRecord& target) const;

 private:
  std::vector<monitor::WorkerPointer> targets_;
  std::map<WorkerId, Step> steps_;
};

}  // namespace circuit::gui
