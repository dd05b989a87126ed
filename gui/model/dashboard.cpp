#include "model/dashboard.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "model/text.hpp"

namespace circuit::gui {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
/// A large table is brought up to date this often, a small one with the next frame.
constexpr std::size_t large_table = 2000;
constexpr std::uint64_t large_table_ns = 100'000'000;
constexpr std::size_t history_length = 60;

}  // namespace

Dashboard::Dashboard(monitor::Cluster& cluster, const Clock& clock, std::function<void()> wake)
    : cluster_(cluster),
      clock_(clock),
      now_ns_(clock.wall_ns()),
      opened_at_ns_(clock.wall_ns()),
      errands_(wake),
      feed_(cluster, wake) {}

// -- taking in ----------------------------------------------------------------------------------------------

void Dashboard::take_in() {
  now_ns_ = clock_.wall_ns();
  errands_.settle();
  auto newest = feed_.snapshot();
  const bool large = workers.size() > large_table;
  up_to_date_ = newest == snapshot_;
  if (!up_to_date_ && (!large || clock_.now_ns() >= taken_at_ns_ + large_table_ns)) {
    taken_at_ns_ = clock_.now_ns();
    take_snapshot(std::move(newest));
    up_to_date_ = true;
  }
  if (auto reading = feed_.calls(); reading != calls.calls()) calls.take(std::move(reading));
  sample();
}

void Dashboard::take_snapshot(std::shared_ptr<const monitor::Snapshot> snapshot) {
  const monitor::Delta delta = monitor::difference(*snapshot_, *snapshot);
  workers.take(delta);
  tree.take(delta);
  snapshot_ = std::move(snapshot);
  std::erase_if(marks_, [&](WorkerId id) { return workers.find(id) == nullptr; });
  if (const WorkerEntry* entry = workers.find(selected_)) last_seen_ = entry->worker;
}

void Dashboard::sample() {
  if (!connected() || now_ns_ < sampled_at_ns_ + second_ns) return;
  sampled_at_ns_ = now_ns_;
  const WorkerIndex::Figures& now = workers.figures();
  Sample sample;
  sample.values = {static_cast<double>(now.workers), static_cast<double>(now.suspect),
                   static_cast<double>(now.died), static_cast<double>(now.spawned),
                   static_cast<double>(calls.size())};
  history_.push_back(sample);
  if (history_.size() > history_length) history_.pop_front();
}

std::size_t Dashboard::heard_hosts() const {
  return static_cast<std::size_t>(std::count_if(snapshot_->hosts.begin(), snapshot_->hosts.end(),
                                                [](const auto& host) { return host.connected; }));
}

void Dashboard::set_filter(std::string text) {
  calls.set_filter(text);
  workers.set_filter(std::move(text));
}

void Dashboard::next_theme() { theme = static_cast<ThemeChoice>((static_cast<int>(theme) + 1) % 3); }

// -- selection and marks ------------------------------------------------------------------------------------

void Dashboard::select(WorkerId id) {
  selected_ = id;
  const WorkerEntry* entry = workers.find(id);
  last_seen_ = entry != nullptr ? entry->worker : nullptr;
  scroll_wished_ = true;
}

bool Dashboard::selected_is_gone() const {
  return last_seen_ != nullptr && workers.find(selected_) == nullptr;
}

std::ptrdiff_t Dashboard::selected_row() {
  const auto& rows = visible();
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const WorkerEntry* entry) {
    return entry->worker->address.id == selected_;
  });
  return found == rows.end() ? -1 : found - rows.begin();
}

void Dashboard::select_call(const monitor::Call& call, bool by_caller) {
  selected_call_ = {call.caller, call.id};
  select(by_caller || !call.callee ? call.caller : call.callee);
}

bool Dashboard::is_selected(const monitor::Call& call) const {
  return selected_call_ == std::pair(call.caller, call.id);
}

std::ptrdiff_t Dashboard::selected_call_row() {
  const auto& rows = calls.rows();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return is_selected(*row.call); });
  return found == rows.end() ? -1 : found - rows.begin();
}

void Dashboard::turn_call() {
  const std::ptrdiff_t at = tab == Tab::calls ? selected_call_row() : -1;
  if (at < 0) return;
  const monitor::Call& call = *calls.rows()[static_cast<std::size_t>(at)].call;
  select_call(call, selected_ != call.caller);
}

void Dashboard::move_selection(std::ptrdiff_t rows) {
  const bool of_calls = tab == Tab::calls;
  const std::ptrdiff_t at = of_calls ? selected_call_row() : selected_row();
  const std::size_t count = of_calls ? calls.rows().size() : visible().size();
  if (at < 0)
    select_row(rows > 0 ? 0 : static_cast<std::ptrdiff_t>(count) - 1);
  else
    select_row(at + rows);
}

void Dashboard::select_row(std::ptrdiff_t row) {
  const bool of_calls = tab == Tab::calls;
  const auto last = static_cast<std::ptrdiff_t>(of_calls ? calls.rows().size() : visible().size()) - 1;
  if (last < 0) return;
  const auto at = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(row, 0, last));
  if (of_calls)
    select_call(*calls.rows()[at].call);
  else
    select(visible()[at]->worker->address.id);
}

void Dashboard::toggle_mark(WorkerId id) {
  if (workers.find(id) != nullptr && marks_.erase(id) == 0) marks_.insert(id);
}

void Dashboard::mark_all_visible() {
  marks_.clear();
  for (const WorkerEntry* entry : visible())
    if (entry->worker->state != spawn::WorkerState::dead) marks_.insert(entry->worker->address.id);
}

void Dashboard::step_back() {
  if (!marks_.empty())
    marks_.clear();
  else if (!workers.filter_text().empty())
    set_filter({});
  else
    select({});
}

std::vector<monitor::WorkerPointer> Dashboard::targets() const {
  std::vector<monitor::WorkerPointer> targets;
  const std::set<WorkerId> chosen = marks_.empty() ? std::set<WorkerId>{selected_} : marks_;
  for (WorkerId id : chosen) {
    const WorkerEntry* entry = workers.find(id);
    if (entry != nullptr && entry->worker->state != spawn::WorkerState::dead)
      targets.push_back(entry->worker);
  }
  return targets;
}

// -- dialogs and commands -----------------------------------------------------------------------------------

void Dashboard::ask_to_spawn() {
  if (!connected()) return;
  // What was typed last time is still there; the functions may be others.
  spawn_form.stage = SpawnForm::Stage::editing;
  spawn_form.asking_functions = true;
  spawn_form.functions_problem.clear();
  dialog = Dialog::spawn;
  const bool asked = errands_.run([this]() -> Errands::Then {
    return [this, answer = cluster_.functions()]() mutable {
      spawn_form.asking_functions = false;
      if (answer.has_error()) {
        spawn_form.functions.clear();
        spawn_form.functions_problem = answer.error().text;
        return;
      }
      spawn_form.functions = std::move(*answer);
      if (spawn_form.chosen_index() >= spawn_form.functions.size()) spawn_form.choose(0);
    };
  });
  if (!asked) {
    spawn_form.asking_functions = false;
    spawn_form.functions_problem = "Too much is going on already; try again in a moment.";
  }
}

void Dashboard::ask_to_kill() {
  auto chosen = targets();
  if (!connected() || chosen.empty()) return;
  kill_form.emplace(std::move(chosen));
  dialog = Dialog::kill;
}

void Dashboard::close_dialog() {
  dialog = Dialog::none;
  kill_form.reset();
}

void Dashboard::send_spawn() {
  auto request = spawn_form.request();
  if (!request || !connected() || spawn_form.stage == SpawnForm::Stage::spawning) return;
  spawn_form.stage = SpawnForm::Stage::spawning;
  // It may come when this has long been closed: nothing but the poster may be touched there.
  auto ended = [this, post = errands_.poster()](WorkerId id, Result<std::string> result) {
    Outcome outcome;
    if (result.has_error())
      outcome.failure = result.error();
    else
      outcome.text = shown_lines(result_text(*result), limits::gui_outcome_bytes);
    post([this, id, outcome = std::move(outcome)] { keep_outcome(id, outcome); });
  };
  const bool asked = errands_.run([this, request = std::move(*request), ended]() -> Errands::Then {
    return [this, answer = cluster_.spawn(request, ended)]() mutable {
      if (answer.has_error()) {
        spawn_form.stage = SpawnForm::Stage::failed;
        spawn_form.failure = answer.error();
        return;
      }
      spawn_form.stage = SpawnForm::Stage::running;
      spawn_form.worker = std::move(*answer);
    };
  });
  if (asked) return;
  spawn_form.stage = SpawnForm::Stage::failed;
  spawn_form.failure = failure(ErrorKind::overloaded, "too much is going on already; try again in a moment");
}

void Dashboard::send_kills() {
  if (!kill_form || !kill_form->ready() || !connected()) return;
  kill_form->started = true;
  for (const monitor::WorkerPointer& target : kill_form->targets())
    kill_form->note(target->address.id, {KillForm::Progress::asking, {}});
  std::vector<monitor::KillRequest> requests;
  for (const monitor::WorkerPointer& target : kill_form->targets())
    requests.push_back(kill_form->request(*target));
  // One after the other on one thread: each takes a moment only, and the order is that of the list.
  const bool asked =
      errands_.run([this, post = errands_.poster(), requests = std::move(requests)]() -> Errands::Then {
        for (const monitor::KillRequest& request : requests) {
          auto answer = cluster_.kill(request);
          KillForm::Step step{KillForm::Progress::sent, {}};
          if (answer.has_error()) step = {KillForm::Progress::failed, answer.error().text};
          post([this, id = request.id, step] {
            if (kill_form) kill_form->note(id, step);
            if (kill_form && kill_form->finished() && !kill_form->failed()) close_dialog();
          });
        }
        return {};
      });
  if (asked) return;
  for (const monitor::WorkerPointer& target : kill_form->targets())
    kill_form->note(target->address.id, {KillForm::Progress::failed, "too much is going on already"});
}

// -- outcomes -----------------------------------------------------------------------------------------------

void Dashboard::keep_outcome(WorkerId id, Outcome outcome) {
  if (outcomes_.insert_or_assign(id, std::move(outcome)).second) outcome_order_.push_back(id);
  if (outcome_order_.size() <= limits::gui_outcomes) return;
  outcomes_.erase(outcome_order_.front());
  outcome_order_.pop_front();
}

const Dashboard::Outcome* Dashboard::outcome(WorkerId id) const {
  auto found = outcomes_.find(id);
  return found == outcomes_.end() ? nullptr : &found->second;
}

}  // namespace circuit::gui
