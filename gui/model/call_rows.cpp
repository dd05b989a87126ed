#include "model/call_rows.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "model/filter.hpp"
#include "model/limits.hpp"
#include "model/text.hpp"

namespace circuit::gui {
namespace {

/// Deeper calls are not drawn further to the right: their column would have no room for their names.
constexpr std::size_t most_indent = 12;

CallRows::Row row_of(const monitor::Call& call, std::size_t indent) {
  CallRows::Row row;
  row.call = &call;
  row.indent = std::min(indent, most_indent);
  row.method = call.method.empty() ? "(unknown method)" : shown(call.method, limits::gui_cell_bytes);
  std::string_view inside = call.arguments;
  if (inside.starts_with('[')) inside.remove_prefix(1);
  if (inside.ends_with(']')) inside.remove_suffix(1);
  row.arguments = shown(inside, limits::gui_cell_bytes);
  return row;
}

bool has_all(const CallRows::Row& row, const std::vector<std::string>& words) {
  if (words.empty()) return true;
  const std::string text = folded(row.method + '\n' + row.arguments + '\n' + row.call->caller.string() +
                                  '\n' + row.call->callee.string());
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return text.find(word) != std::string::npos; });
}

}  // namespace

void CallRows::take(monitor::CallsPointer calls) {
  calls_ = std::move(calls);
  // They point into the former reading.
  rows_.clear();
  dirty_ = true;
}

void CallRows::set_filter(std::string_view filter_text) {
  std::vector<std::string> words;
  for (const FilterToken& token : parse_filter(filter_text).tokens) {
    const bool free_word = token.head == 0 && token.problem.empty() && token.text.front() != ' ';
    if (!free_word) continue;
    std::string word = folded(token.text);
    std::erase(word, '"');
    words.push_back(std::move(word));
  }
  dirty_ = dirty_ || words != words_;
  words_ = std::move(words);
}

const std::vector<CallRows::Row>& CallRows::rows() {
  if (!dirty_ || !calls_) return rows_;
  dirty_ = false;
  rows_.clear();
  std::map<std::pair<WorkerId, std::uint64_t>, std::size_t> indents;
  for (const monitor::Call& call : calls_->calls) {
    auto parent = indents.find({call.parent_caller, call.parent_id});
    Row row = row_of(call, parent == indents.end() ? 0 : parent->second + 1);
    if (!has_all(row, words_)) continue;
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
