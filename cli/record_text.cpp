#include "record_text.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "monitor/calls.hpp"
#include "output.hpp"

namespace circuit::cli {

std::string call_text(std::string_view name, std::string_view arguments) {
  return plain(fmt::format("{}({})", name, monitor::argument_list(arguments)));
}

std::string function_text(const spawn::WorkerRecord& record) {
  if (record.function.empty()) return record.app ? "(app)" : "-";
  return call_text(record.function, record.arguments);
}

std::string age_of(const spawn::WorkerRecord& record) {
  std::uint64_t until =
      record.state == spawn::WorkerState::dead ? record.died_wall_ns : SystemClock().wall_ns();
  std::uint64_t age = until > record.started_wall_ns ? until - record.started_wall_ns : 0;
  return age_text(std::chrono::nanoseconds(age));
}

}  // namespace circuit::cli
