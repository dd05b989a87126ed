#include "model/kill_form.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <csignal>

namespace circuit::gui {
namespace {

constexpr double most_grace_s = 3600;

std::optional<double> seconds_of(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !(value >= 0 && value <= most_grace_s)) return std::nullopt;
  return value;
}

}  // namespace

const std::vector<KillForm::Way>& KillForm::ways() {
  static const std::vector<Way> all = {{"Ask it to stop, then KILL after the grace", 0},
                                       {"Send TERM", SIGTERM},
                                       {"Send INT", SIGINT},
                                       {"Send KILL at once", SIGKILL}};
  return all;
}

std::string KillForm::grace_problem() const {
  if (ways()[way].signal != 0 || seconds_of(grace_s)) return {};
  return "seconds, from 0 to 3600";
}

bool KillForm::ready() const {
  const bool confirmed = !many() || confirmation == std::to_string(targets_.size());
  return !started && !targets_.empty() && grace_problem().empty() && confirmed;
}

const KillForm::Step& KillForm::step(WorkerId id) const {
  static const Step none;
  auto found = steps_.find(id);
  return found == steps_.end() ? none : found->second;
}

bool KillForm::finished() const {
  return started && std::all_of(targets_.begin(), targets_.end(), [&](const auto& target) {
           const Progress progress = step(target->address.id).progress;
           return progress == Progress::sent || progress == Progress::failed;
         });
}

bool KillForm::failed() const {
  return std::any_of(steps_.begin(), steps_.end(),
                     [](const auto& one) { return one.second.progress == Progress::failed; });
}

monitor::KillRequest KillForm::request(const spawn::WorkerRecord& target) const {
  monitor::KillRequest request;
  request.id = target.address.id;
  request.signal = ways()[way].signal;
  request.grace_ms = static_cast<std::uint64_t>(std::lround(seconds_of(grace_s).value_or(0) * 1000));
  request.by = "desktop";
  return request;
}

}  // namespace circuit::gui
