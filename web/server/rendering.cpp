#include "server/rendering.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <span>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "monitor/json.hpp"

namespace circuit::web {
namespace {

namespace json = boost::json;

constexpr std::uint64_t ns_per_ms = 1'000'000;

json::string text(std::string_view from_elsewhere) { return json::string(valid_utf8(from_elsewhere)); }

json::array texts(const std::vector<std::string>& items) {
  json::array array;
  array.reserve(items.size());
  for (const std::string& item : items) array.emplace_back(text(item));
  return array;
}

/// One array of JSON texts, each made and dropped on its own: a whole tree of ten thousand workers would cost
/// far more memory than its text.
template <class Range, class Each>
std::string array_of(const Range& range, Each each) {
  std::string out = "[";
  for (const auto& item : range) {
    if (out.size() > 1) out += ',';
    out += each(item);
  }
  out += ']';
  return out;
}

json::value value_of(const monitor::HostState& host) {
  return {{"host", text(host.host)},
          {"connected", host.connected},
          {"trouble", text(host.trouble)},
          {"heard_ms", host.heard_wall_ns / ns_per_ms}};
}

json::value value_of(const spawn::FunctionDescription& function) {
  json::array parameters;
  for (const spawn::ParameterDescription& parameter : function.parameters) {
    json::object item{{"name", text(parameter.name)}, {"type", text(parameter.type)}};
    if (parameter.otherwise) item["default"] = text(*parameter.otherwise);
    parameters.emplace_back(std::move(item));
  }
  return {{"name", text(function.name)},
          {"signature", text(function.signature)},
          {"executable", text(function.executable)},
          {"id", fmt::format("{:016x}", function.id)},
          {"parameters", std::move(parameters)},
          {"result", text(function.result)}};
}

/// The fields of Calls without the braces.
std::string fields_of(const monitor::Calls& calls) {
  const std::size_t told = std::min(calls.calls.size(), limits::web_told_calls);
  return fmt::format(R"("read_ms":{},"untold":{},"trouble":{},"calls":{})", calls.read_wall_ns / ns_per_ms,
                     calls.untold + (calls.calls.size() - told), quoted(calls.trouble),
                     array_of(std::span(calls.calls).first(told), [](const monitor::Call& call) {
                       return json::serialize(monitor::to_json(call));
                     }));
}

std::string workers_array(const std::vector<monitor::WorkerPointer>& workers) {
  return array_of(workers, [](const monitor::WorkerPointer& worker) { return render(*worker); });
}

}  // namespace

std::uint64_t wall_ms() { return SystemClock{}.wall_ns() / ns_per_ms; }

std::string quoted(std::string_view from_elsewhere) {
  return json::serialize(json::value(text(from_elsewhere)));
}

std::string render(const spawn::WorkerRecord& worker) { return json::serialize(monitor::to_json(worker)); }

std::string render(const std::vector<monitor::HostState>& hosts) {
  return array_of(hosts, [](const monitor::HostState& host) { return json::serialize(value_of(host)); });
}

std::string render(const monitor::AnchorListing& listing) {
  return fmt::format(
      R"({{"path":{},"revision":{},"directories":{},"workers":{}}})", quoted(listing.path), listing.revision,
      json::serialize(texts(listing.directories)),
      array_of(listing.workers, [](const spawn::WorkerRecord& worker) { return render(worker); }));
}

std::string render(const std::vector<spawn::FunctionDescription>& functions) {
  return array_of(functions, [](const spawn::FunctionDescription& function) {
    return json::serialize(value_of(function));
  });
}

std::string render_error(std::string_view kind, std::string_view sentence) {
  return fmt::format(R"({{"error":{{"kind":{},"text":{}}}}})", quoted(kind), quoted(sentence));
}

std::string render_workers(const monitor::Snapshot& snapshot) {
  std::vector<monitor::WorkerPointer> workers;
  workers.reserve(snapshot.workers.size());
  for (const auto& [id, worker] : snapshot.workers) workers.push_back(worker);
  std::sort(workers.begin(), workers.end(),
            [](const monitor::WorkerPointer& a, const monitor::WorkerPointer& b) {
              return a->address.id < b->address.id;
            });
  return workers_array(workers);
}

std::string render_snapshot_head(Role role, std::string_view cluster_name, std::uint64_t now_ms) {
  return fmt::format(R"({{"type":"snapshot","role":"{}","cluster":{},"now_ms":{},)", name_of(role),
                     quoted(cluster_name), now_ms);
}

std::string render_snapshot_rest(const monitor::Snapshot& snapshot) {
  return fmt::format(R"("sequence":{},"hosts":{},"workers":{}}})", snapshot.sequence, render(snapshot.hosts),
                     render_workers(snapshot));
}

std::string render(const monitor::Delta& delta) {
  std::string removed = array_of(delta.removed, [](WorkerId id) { return quoted(id.string()); });
  std::string hosts = delta.hosts.empty() ? std::string{} : R"(,"hosts":)" + render(delta.hosts);
  return fmt::format(R"({{"type":"delta","from":{},"to":{},"now_ms":{},"changed":{},"removed":{}{}}})",
                     delta.from, delta.to, wall_ms(), workers_array(delta.changed), removed, hosts);
}

std::string render(const monitor::Calls& calls) { return "{" + fields_of(calls) + "}"; }

std::string render_calls_message(const monitor::Calls& calls, std::uint64_t now_ms) {
  return fmt::format(R"({{"type":"calls","now_ms":{},{}}})", now_ms, fields_of(calls));
}

std::string render_heartbeat(std::uint64_t sequence, std::uint64_t now_ms) {
  return fmt::format(R"({{"type":"heartbeat","sequence":{},"now_ms":{}}})", sequence, now_ms);
}

std::string render_outcome(WorkerId id, const Result<std::string>& outcome) {
  std::string head = fmt::format(R"({{"type":"outcome","id":"{}",)", id.string());
  if (outcome.has_error()) {
    const Failure& failure = outcome.error();
    return head + fmt::format(R"("error":{{"kind":"{}","text":{}}}}})", circuit::name_of(failure.kind),
                              quoted(failure.text));
  }
  if (outcome->size() > limits::web_outcome_bytes)
    return head +
           fmt::format(R"("error":{{"kind":"overloaded","text":"The result is {} bytes of JSON, more than a )"
                       R"(page shows. Let the function write it somewhere and return where."}}}})",
                       outcome->size());
  return head + R"("value":)" + quoted(*outcome) + "}";
}

}  // namespace circuit::web
