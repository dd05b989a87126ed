#include "record_text.hpp"

#include <fmt/format.h>

#include "base/clock.hpp"
#include "output.hpp"

namespace circuit::cli {

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
  std::uint64_t until =
      record.state == spawn::WorkerState::dead ? record.died_wall_ns : SystemClock().wall_ns();
  std::uint64_t age = until > record.started_wall_ns ? until - record.started_wall_ns : 0;
  return age_text(std::chrono::nanoseconds(age));
}

}  // namespace circuit::cli
