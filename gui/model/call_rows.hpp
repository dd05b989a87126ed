// The calls in flight, ready to be shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/filter.hpp"
#include "monitor/calls.hpp"

namespace circuit::gui {

/// Filters once per reading. Thread safety: none; one owner.
class CallRows {
 public:
  struct Row {
    const monitor::Call* call = nullptr;
    /// How deep it is drawn: below the call within which it was made, where that is shown.
    std::size_t indent = 0;
    /// `sleep`, and `[60]` without its brackets.
    std::string method;
    std::string arguments;
  };

  void take(monitor::CallsPointer calls);
  /// Shows only calls in whose method, ends or arguments every free word of the filter's text stands, and
  /// that fit its fields `method:`, `phase:`, `caller:` and `callee:`. Fields of workers say nothing of
  /// calls.
  void set_filter(std::string_view filter_text);

  /// The rows that the filter shows, the oldest first; they live until the next take().
  const std::vector<Row>& rows();
  /// The rows of the calls that this worker makes or serves, whatever the filter says.
  std::vector<Row> of(WorkerId worker) const;
  /// Calls in flight.
  std::size_t size() const noexcept { return calls_ ? calls_->calls.size() : 0; }
  /// The filter as it is of calls: with their fields, and without the problems that these are to workers.
  const Filter& filter() const noexcept { return filter_; }
  const monitor::CallsPointer& calls() const noexcept { return calls_; }

 private:
  monitor::CallsPointer calls_;
  Filter filter_;
  /// A word, or the pattern of a field, and whether it must not fit.
  struct Condition {
    std::string field, text;
    bool negative = false;
    friend bool operator==(const Condition&, const Condition&) = default;
  };
  static bool fits(const Row& row, const Condition& condition);

  std::vector<Condition> conditions_;
  std::vector<Row> rows_;
  bool dirty_ = true;
};

}  // namespace circuit::gui
