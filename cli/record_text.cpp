#include "record_text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "base/clock.hpp"
#include "output.hpp"

namespace circuit::cli {

using spawn::WorkerState;

std::string state_text(const spawn::WorkerRecord& record) {
  switch (record.state) {
    case WorkerState::starting: return "starting";
    case WorkerState::live: return "live";
    case WorkerState::suspect: return "suspect";
    case WorkerState::unregistered: return "unregistered";
    case WorkerState::dead: return "dead";
  }
  return "unknown";
}

std::string function_text(const spawn::WorkerRecord& record) {
  if (record.function.empty()) return record.app ? "(app)" : "-";
  std::string arguments = record.arguments;
  // They are kept as a JSON array: its brackets become those of the call.
  if (arguments.size() >= 2 && arguments.front() == '[') {
    arguments.erase(0, 1);
    if (arguments.back() == ']') arguments.pop_back();
  }
  return plain(fmt::format("{}({})", record.function, arguments));
}

std::string age_of(const spawn::WorkerRecord& record) {
  std::uint64_t until = record.state == WorkerState::dead ? record.died_wall_ns : SystemClock().wall_ns();
  std::uint64_t age = until > record.started_wall_ns ? until - record.started_wall_ns : 0;
  return age_text(std::chrono::nanoseconds(age));
}

boost::json::object to_json(const spawn::WorkerRecord& record) {
  boost::json::array anchors;
  for (const std::string& anchor : record.anchors) anchors.emplace_back(anchor);
  boost::json::object json{{"id", record.address.id.string()},
                           {"incarnation", fmt::format("{:016x}", record.address.incarnation)},
                           {"host", record.address.host},
                           {"pid", record.address.pid},
                           {"app", record.app},
                           {"function", record.function},
                           {"arguments", record.arguments},
                           {"executable", record.executable},
                           {"anchors", std::move(anchors)},
                           {"started_ms", record.started_wall_ns / 1'000'000},
                           {"state", state_text(record)},
                           {"cause", nullptr},
                           {"died_ms", nullptr}};
  if (record.state == WorkerState::dead) {
    json["cause"] = boost::json::object{{"code", record.cause.code}, {"text", record.cause.text}};
    json["died_ms"] = record.died_wall_ns / 1'000'000;
  }
  return json;
}

}  // namespace circuit::cli
