#include "monitor/calls.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace circuit::monitor {
namespace {

/// A call by its caller and the caller's id; an end of one by its worker and slot there.
using Key = std::pair<WorkerId, std::uint64_t>;

bool comes_in(const spawn::CallRecord& end) noexcept { return end.direction == record::Direction::incoming; }

CallPhase phase_of(const spawn::CallRecord& end) noexcept {
  if (!comes_in(end)) return CallPhase::sent;
  // One that runs and waits for calls of its own is running all the same.
  return end.state == record::CallState::queued ? CallPhase::queued : CallPhase::running;
}

/// What both ends say alike, or only one of them.
void take(Call& call, const spawn::CallRecord& end) {
  call.phase = std::max(call.phase, phase_of(end));
  call.chain = end.chain;
  call.object = end.object;
  call.depth = end.depth;
  // The caller's begins first.
  if (call.started_wall_ns == 0 || end.started_wall_ns < call.started_wall_ns)
    call.started_wall_ns = end.started_wall_ns;
  if (end.deadline_wall_ns != 0) call.deadline_wall_ns = end.deadline_wall_ns;
  if (comes_in(end)) call.thread = end.thread;
  if (call.descriptor.empty()) {
    call.descriptor = end.method;
    call.method = end.method.substr(0, end.method.find('('));
  }
  if (call.arguments.empty()) {
    call.arguments = end.arguments;
    call.argument_bytes = end.argument_bytes;
  }
}

/// Roots in the order of their age, each followed by what was called within it. Whatever the recorders say,
/// each call comes once: of a ring of parents the first is taken for the root.
class Nesting {
 public:
  explicit Nesting(std::vector<Call> calls) : calls_(std::move(calls)), children_(calls_.size()) {
    std::stable_sort(calls_.begin(), calls_.end(),
                     [](const Call& a, const Call& b) { return a.started_wall_ns < b.started_wall_ns; });
    std::map<Key, std::size_t> places;
    for (std::size_t i = 0; i < calls_.size(); ++i) places.emplace(Key(calls_[i].caller, calls_[i].id), i);
    is_child_.resize(calls_.size());
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      auto parent = places.find({calls_[i].parent_caller, calls_[i].parent_id});
      if (calls_[i].parent_id == 0 || parent == places.end()) continue;
      children_[parent->second].push_back(i);
      is_child_[i] = true;
    }
    done_.resize(calls_.size());
  }

  std::vector<Call> order() {
    for (std::size_t i = 0; i < calls_.size(); ++i)
      if (!is_child_[i]) visit(i);
    for (std::size_t i = 0; i < calls_.size(); ++i) visit(i);
    return std::move(ordered_);
  }

 private:
  void visit(std::size_t root) {
    std::vector<std::size_t> open{root};
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      if (done_[at]) continue;
      done_[at] = true;
      ordered_.push_back(std::move(calls_[at]));
      open.insert(open.end(), children_[at].rbegin(), children_[at].rend());
    }
  }

  std::vector<Call> calls_;
  std::vector<std::vector<std::size_t>> children_;
  std::vector<bool> is_child_, done_;
  std::vector<Call> ordered_;
};

}  // namespace

std::string_view argument_list(std::string_view arguments) {
  if (arguments.starts_with('[')) arguments.remove_prefix(1);
  if (arguments.ends_with(']')) arguments.remove_suffix(1);
  return arguments;
}

Calls join_ends(const spawn::CallsReport& report) {
  std::vector<Call> calls;
  std::map<Key, std::size_t> places;
  std::map<Key, Key> call_in_slot;
  for (const spawn::CallRecord& end : report.calls) {
    const WorkerId caller = comes_in(end) ? end.peer : end.worker;
    const Key key(caller, end.call);
    auto [place, is_new] = places.emplace(key, calls.size());
    if (is_new) {
      calls.emplace_back();
      calls.back().caller = caller;
      calls.back().id = end.call;
      calls.back().callee = comes_in(end) ? end.worker : end.peer;
      // So far the slot at the caller; what call stands in it is known when all have been seen.
      calls.back().parent_id = end.parent;
    }
    take(calls[place->second], end);
    if (comes_in(end)) call_in_slot.emplace(Key(end.worker, end.slot), key);
  }
  for (Call& call : calls) {
    auto parent = call_in_slot.find({call.caller, call.parent_id});
    const Key key = call.parent_id == 0 || parent == call_in_slot.end() ? Key() : parent->second;
    std::tie(call.parent_caller, call.parent_id) = key;
  }
  Calls all;
  all.read_wall_ns = report.read_wall_ns;
  all.untold = report.total - std::min<std::uint64_t>(report.total, report.calls.size());
  all.calls = Nesting(std::move(calls)).order();
  return all;
}

}  // namespace circuit::monitor
