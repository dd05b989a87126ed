// The state of the dashboard. Panels draw it, and nothing but its functions changes it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/anchor_tree.hpp"
#include "model/call_rows.hpp"
#include "model/errands.hpp"
#include "model/feed.hpp"
#include "model/kill_form.hpp"
#include "model/spawn_form.hpp"
#include "model/worker_index.hpp"

namespace circuit::gui {

enum class ThemeChoice : std::uint8_t { system, dark, light };
enum class Tab : std::uint8_t { workers, calls };
enum class Dialog : std::uint8_t { none, spawn, kill, keys };

/// Thread safety: the drawing thread alone.
class Dashboard {
 public:
  /// `wake` is called, from any thread, when take_in() has something to do. The cluster must outlive this.
  Dashboard(monitor::Cluster& cluster, const Clock& clock, std::function<void()> wake);

  /// Takes in what has come since the last frame. To be called before each frame is drawn.
  void take_in();
  /// The wall clock at the last take_in(), by which ages are reckoned.
  std::uint64_t now_ns() const noexcept { return now_ns_; }
  std::uint64_t opened_at_ns() const noexcept { return opened_at_ns_; }
  /// False: there is something that take_in() put off, so that a large table is not rebuilt for each change.
  bool is_up_to_date() const noexcept { return up_to_date_; }

  // -- the connection ---------------------------------------------------------------------------------------

  const std::vector<monitor::HostState>& hosts() const { return snapshot_->hosts; }
  std::size_t heard_hosts() const;
  /// No agent has been heard yet.
  bool waiting() const { return snapshot_->hosts.empty(); }
  /// The agents are heard, so what is shown is true and can be acted on.
  bool connected() const { return !waiting() && heard_hosts() > 0; }

  // -- what is shown ----------------------------------------------------------------------------------------

  std::string cluster_name = "default";
  ThemeChoice theme = ThemeChoice::system;
  Tab tab = Tab::workers;
  WorkerIndex workers;
  AnchorTree tree;
  CallRows calls;
  void set_filter(std::string text);
  /// The filter as it is of the table that is shown.
  const Filter& filter() const noexcept { return tab == Tab::calls ? calls.filter() : workers.filter(); }
  void next_theme();
  const std::vector<const WorkerEntry*>& visible() { return workers.visible(now_ns_); }

  /// Figures of the last minute, one a second, for the strip.
  struct Sample {
    std::array<double, 5> values{};
  };
  const std::deque<Sample>& history() const noexcept { return history_; }

  // -- selection and marks ----------------------------------------------------------------------------------

  WorkerId selected() const noexcept { return selected_; }
  void select(WorkerId id);
  /// The selected worker, also when it has gone: then as it was last seen. Null: none is selected.
  const monitor::WorkerPointer& selected_worker() const noexcept { return last_seen_; }
  bool selected_is_gone() const;
  /// Where the selection stands among visible(), or -1.
  std::ptrdiff_t selected_row();
  /// In the table that is shown: selects the row so many further; at the ends it stays.
  void move_selection(std::ptrdiff_t rows);
  void select_row(std::ptrdiff_t row);
  /// Selects a call by its callee, or its caller.
  void select_call(const monitor::Call& call, bool by_caller = false);
  bool is_selected(const monitor::Call& call) const;
  /// Goes to the other end of the selected call.
  void turn_call();
  /// Where the selected call stands among calls.rows(), or -1.
  std::ptrdiff_t selected_call_row();
  /// True once after the selection was moved, so that the table follows.
  bool take_scroll_wish() noexcept { return std::exchange(scroll_wished_, false); }

  const std::set<WorkerId>& marks() const noexcept { return marks_; }
  void toggle_mark(WorkerId id);
  void mark_all_visible();
  /// Takes back marks, then the filter, then the selection.
  void step_back();
  /// What an action means: the marked workers, or else the selected one; the dead need none.
  std::vector<monitor::WorkerPointer> targets() const;

  // -- dialogs and commands ---------------------------------------------------------------------------------

  Dialog dialog = Dialog::none;
  SpawnForm spawn_form;
  std::optional<KillForm> kill_form;
  void ask_to_spawn();
  void ask_to_kill();
  void close_dialog();
  void send_spawn();
  void send_kills();
  bool busy() const { return errands_.busy(); }

  /// What came of the functions that were spawned from here: the result for a person, or a failure.
  struct Outcome {
    std::optional<Failure> failure;
    std::string text;
  };
  const Outcome* outcome(WorkerId id) const;

  /// Iconified: nobody looks, so the calls need not be read.
  void set_looked_at(bool looked_at) { feed_.watch_calls(looked_at); }

 private:
  void take_snapshot(std::shared_ptr<const monitor::Snapshot> snapshot);
  void keep_outcome(WorkerId id, Outcome outcome);
  void sample();

  monitor::Cluster& cluster_;
  const Clock& clock_;
  std::uint64_t now_ns_ = 0;
  const std::uint64_t opened_at_ns_;
  std::shared_ptr<const monitor::Snapshot> snapshot_ = std::make_shared<monitor::Snapshot>();
  std::uint64_t taken_at_ns_ = 0;
  std::uint64_t sampled_at_ns_ = 0;
  bool up_to_date_ = true;
  std::deque<Sample> history_;

  WorkerId selected_;
  monitor::WorkerPointer last_seen_;
  /// The selected call: its caller, and the caller's id for it.
  std::pair<WorkerId, std::uint64_t> selected_call_;
  bool scroll_wished_ = false;
  std::set<WorkerId> marks_;
  std::map<WorkerId, Outcome> outcomes_;
  std::deque<WorkerId> outcome_order_;

  // The last ones, so that they end first: what they bring belongs to what stands above.
  Errands errands_;
  Feed feed_;
};

}  // namespace circuit::gui
