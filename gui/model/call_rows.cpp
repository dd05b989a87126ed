#include "model/call_rows.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.hpp"
#include "model/filter.hpp"
#include "model/text.hpp"
#include "monitor/json.hpp"

namespace circuit::gui {
namespace {

/// Deeper calls are not drawn further to the right: their column would have no room for their names.
constexpr std::size_t most_indent = 12;

CallRows::Row row_of(const monitor::Call& call, std::size_t indent) {
  CallRows::Row row;
  row.call = &call;
  row.indent = std::min(indent, most_indent);
  row.method = call.method.empty() ? "(unknown method)" : shown(call.method, limits::gui_cell_bytes);
  row.arguments = shown(monitor::argument_list(call.arguments), limits::gui_cell_bytes);
  return row;
}

}  // namespace

void CallRows::take(monitor::CallsPointer calls) {
  calls_ = std::move(calls);
  // They point into the former reading.
  rows_.clear();
  dirty_ = true;
}

bool CallRows::fits(const Row& row, const Condition& condition) {
  const std::string caller = row.call->caller.string(), callee = row.call->callee.string();
  bool found = true;
  if (condition.field == "method") found = fits_pattern(condition.text, row.method);
  if (condition.field == "phase") found = fits_pattern(condition.text, monitor::name_of(row.call->phase));
  if (condition.field == "caller") found = fits_pattern(condition.text, caller);
  if (condition.field == "callee") found = fits_pattern(condition.text, callee);
  if (condition.field.empty())
    found = folded(row.method + '(' + row.arguments + ")\n" + caller + '\n' + callee).find(condition.text) !=
            std::string::npos;
  return found != condition.negative;
}

void CallRows::set_filter(std::string_view filter_text) {
  filter_ = parse_filter(filter_text);
  filter_.problem.clear();
  conditions_.clear();
  dirty_ = true;
  for (FilterToken& token : filter_.tokens) {
    std::string_view text = token.text;
    Condition condition;
    condition.negative = text.starts_with('!');
    if (condition.negative) text.remove_prefix(1);
    if (text.empty() || text.front() == ' ') continue;
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && token.head > 0) {
      condition.field = folded(text.substr(0, colon));
      text.remove_prefix(colon + 1);
      if (text.starts_with('!')) {
        condition.negative = !condition.negative;
        text.remove_prefix(1);
      }
    } else if (token.head > 1) {
      continue;  // An age, which is of workers.
    }
    condition.text = folded(text);
    std::erase(condition.text, '"');
    const bool of_calls = condition.field == "method" || condition.field == "phase" ||
                          condition.field == "caller" || condition.field == "callee";
    if (of_calls) token.problem = condition.text.empty() ? condition.field + ": needs a value" : "";
    if (filter_.problem.empty()) filter_.problem = token.problem;
    if (token.problem.empty() && (of_calls || condition.field.empty()))
      conditions_.push_back(std::move(condition));
  }
}

const std::vector<CallRows::Row>& CallRows::rows() {
  if (!dirty_ || !calls_) return rows_;
  dirty_ = false;
  rows_.clear();
  std::map<std::pair<WorkerId, std::uint64_t>, std::size_t> indents;
  for (const monitor::Call& call : calls_->calls) {
    auto parent = indents.find({call.parent_caller, call.parent_id});
    Row row = row_of(call, parent == indents.end() ? 0 : parent->second + 1);
    if (!std::all_of(conditions_.begin(), conditions_.end(),
                     [&](const Condition& one) { return fits(row, one); }))
      continue;
    indents[{call.caller, call.id}] = row.indent;
    rows_.push_back(std::move(row));
  }
  return rows_;
}

std::vector<CallRows::Row> CallRows::of(WorkerId worker) const {
  std::vector<Row> rows;
  if (!calls_) return rows;
  for (const monitor::Call& call : calls_->calls) {
    if (call.caller != worker && call.callee != worker) continue;
    rows.push_back(row_of(call, 0));
    if (rows.size() == limits::gui_detail_calls) break;
  }
  return rows;
}

}  // namespace circuit::gui
