// All workers, ready to be shown: filtered and sorted once per change, not once per frame.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/filter.hpp"
#include "monitor/snapshot.hpp"

namespace circuit::gui {

enum class Column : std::uint8_t { state, id, host, pid, function, anchors, age };
inline constexpr std::size_t column_count = 7;

struct Order {
  Column column = Column::age;
  bool descending = false;
  friend bool operator==(const Order&, const Order&) = default;
};

/// Thread safety: none; one owner.
class WorkerIndex {
 public:
  /// Takes in what differs from the snapshot before.
  void take(const monitor::Delta& delta);

  /// Filters by the text; while it has a problem, by the last good one.
  void set_filter(std::string text);
  const std::string& filter_text() const noexcept { return filter_text_; }
  const Filter& filter() const noexcept { return filter_; }

  /// The same column again turns the order.
  void sort_by(Column column);
  void set_order(Order order);
  Order order() const noexcept { return order_; }

  /// What the filter shows, in order; equal rows stand in the order of their ids, so that none jumps. The
  /// entries live until the next take().
  const std::vector<const WorkerEntry*>& visible(std::uint64_t now_wall_ns);
  /// nullptr: no such worker.
  const WorkerEntry* find(WorkerId id) const;
  std::size_t size() const noexcept { return entries_.size(); }

  struct Figures {
    std::size_t workers = 0;
    std::size_t apps = 0;
    std::size_t suspect = 0;
    /// Since the first snapshot.
    std::size_t died = 0;
    std::size_t spawned = 0;
  };
  const Figures& figures() const noexcept { return figures_; }

 private:
  void count(const spawn::WorkerRecord& worker, int step);

  std::unordered_map<WorkerId, std::unique_ptr<WorkerEntry>> entries_;
  std::string filter_text_;
  /// As typed, and the newest without a problem.
  Filter filter_, good_;
  Order order_;
  Figures figures_;
  bool began_ = false;
  bool dirty_ = true;
  std::uint64_t shown_at_ns_ = 0;
  std::vector<const WorkerEntry*> visible_;
};

}  // namespace circuit::gui
