#include "model/spawn_form.hpp"

#include <algorithm>

#include "model/text.hpp"

namespace circuit::gui {

const spawn::FunctionDescription* SpawnForm::chosen() const {
  return chosen_ < functions.size() ? &functions[chosen_] : nullptr;
}

std::string SpawnForm::label(std::size_t index) const {
  const spawn::FunctionDescription& function = functions[index];
  const auto of_that_name = std::count_if(functions.begin(), functions.end(),
                                          [&](const auto& other) { return other.name == function.name; });
  if (of_that_name < 2) return shown(function.name, 256);
  return shown(function.name, 256) + " (" + shown(function.executable, 256) + ")";
}

std::string& SpawnForm::argument(std::size_t parameter) {
  auto found = typed_.find({chosen_, parameter});
  if (found == typed_.end())
    found =
        typed_.emplace(std::pair(chosen_, parameter), initial_text(chosen()->parameters[parameter])).first;
  return found->second;
}

const std::string* SpawnForm::typed(std::size_t parameter) const {
  auto found = typed_.find({chosen_, parameter});
  return found == typed_.end() ? nullptr : &found->second;
}

Checked SpawnForm::check(std::size_t parameter) const {
  const spawn::ParameterDescription& description = chosen()->parameters[parameter];
  const std::string* text = typed(parameter);
  return check_argument(description, text != nullptr ? *text : initial_text(description));
}

std::string SpawnForm::anchors_problem() const {
  auto parsed = parse_anchors(anchors);
  return parsed.has_error() ? parsed.error().text : "";
}

std::optional<std::vector<std::string>> SpawnForm::checked_arguments() const {
  const spawn::FunctionDescription* function = chosen();
  if (function == nullptr) return std::nullopt;
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < function->parameters.size(); ++i) {
    Checked checked = check(i);
    if (!checked.problem.empty()) return std::nullopt;
    arguments.push_back(std::move(checked.json));
  }
  return arguments;
}

std::optional<monitor::SpawnRequest> SpawnForm::request() const {
  auto arguments = checked_arguments();
  auto paths = parse_anchors(anchors);
  if (!arguments || paths.has_error() || host.empty()) return std::nullopt;
  monitor::SpawnRequest request;
  request.host = host;
  request.anchors = std::move(*paths);
  request.function = chosen()->name;
  request.executable = chosen()->executable;
  request.detached = detached;
  request.arguments = "[";
  for (const std::string& argument : *arguments)
    request.arguments += (request.arguments.size() > 1 ? "," : "") + argument;
  request.arguments += "]";
  return request;
}

std::string SpawnForm::command() const {
  auto arguments = checked_arguments();
  auto paths = parse_anchors(anchors);
  if (!arguments || paths.has_error() || host.empty()) return {};
  return command_line(host, *paths, chosen()->name, shown_arguments(chosen()->parameters, *arguments),
                      detached);
}

}  // namespace circuit::gui
