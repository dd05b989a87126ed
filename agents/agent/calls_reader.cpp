#include "agent/calls_reader.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "value/json.hpp"

namespace circuit::agent {
namespace {

spawn::CallRecord record_of(WorkerId worker, const record::RecordedCall& call, std::uint64_t boot_wall_ns) {
  spawn::CallRecord out;
  out.worker = worker;
  out.peer = WorkerId{call.peer};
  out.direction = call.direction;
  out.state = call.state;
  out.call = call.call;
  out.slot = call.slot;
  out.parent = call.parent;
  out.chain = call.chain;
  out.object = call.object;
  out.method = call.method_name;
  out.started_wall_ns = boot_wall_ns + call.started_ns;
  out.deadline_wall_ns = call.deadline_ns == 0 ? 0 : boot_wall_ns + call.deadline_ns;
  out.queued_behind = call.queued_behind;
  out.depth = call.depth;
  out.thread = call.thread;
  out.arguments = show_json(call.arguments, limits::shown_text_bytes);
  out.argument_bytes = call.argument_bytes;
  return out;
}

}  // namespace

std::shared_ptr<const record::Reader> open_recorder(UniqueFd memory) {
  auto reader = record::Reader::open(std::move(memory));
  if (reader.has_value()) return std::make_shared<const record::Reader>(std::move(*reader));
  log::warn("a flight recorder cannot be read: {}", reader.error().text);
  return nullptr;
}

spawn::CallsReport read_calls(const Recorders& recorders, const std::vector<WorkerId>& of,
                              const Clock& clock) {
  const std::unordered_set<WorkerId> wanted(of.begin(), of.end());
  std::vector<std::pair<WorkerId, record::RecordedCall>> found;
  for (const auto& [worker, recorder] : recorders)
    for (record::RecordedCall& call : recorder->calls())
      if (wanted.empty() || wanted.contains(worker) || wanted.contains(WorkerId{call.peer}))
        found.emplace_back(worker, std::move(call));

  spawn::CallsReport report;
  report.total = found.size();
  report.read_wall_ns = clock.wall_ns();
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.second.started_ns, a.second.depth) < std::tie(b.second.started_ns, b.second.depth);
  });
  if (found.size() > limits::reported_calls) found.resize(limits::reported_calls);
  const std::uint64_t boot_wall_ns = report.read_wall_ns - clock.now_ns();
  report.calls.reserve(found.size());
  for (const auto& [worker, call] : found) report.calls.push_back(record_of(worker, call, boot_wall_ns));
  return report;
}

}  // namespace circuit::agent
