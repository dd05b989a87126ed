#include "spawn/function_json.hpp"

#include <boost/json/parse.hpp>
#include <charconv>
#include <fmt/format.h>

#include <circuit/function.hpp>

#include "base/paths.hpp"

namespace circuit::spawn {
namespace json = boost::json;
namespace {

std::string signature_text(const FunctionDescription& function) {
  std::string parameters;
  for (const ParameterDescription& parameter : function.parameters) {
    if (!parameters.empty()) parameters += ", ";
    parameters += fmt::format("{}: {}", parameter.name, parameter.type);
    if (parameter.otherwise) parameters += " = " + *parameter.otherwise;
  }
  std::string result = function.result == "void" ? "" : " -> " + function.result;
  return fmt::format("{}({}){}", function.name, parameters, result);
}

FunctionDescription describe(const lang::Function& function) {
  FunctionDescription description;
  description.name = function.name;
  description.id = function.id;
  description.result = function.result_type;
  description.executable = own_executable().string();
  for (std::size_t i = 0; i < function.parameter_types.size(); ++i) {
    ParameterDescription parameter{fmt::format("argument{}", i + 1), function.parameter_types[i],
                                   std::nullopt};
    if (i < function.parameters.size()) {
      parameter.name = function.parameters[i].name();
      parameter.otherwise = function.parameters[i].otherwise();
    }
    description.parameters.push_back(std::move(parameter));
  }
  description.signature = signature_text(description);
  return description;
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result<FunctionDescription> function_from_json(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return failure(ErrorKind::invalid, "a function that is no object");
  FunctionDescription function;
  function.name = text_at(*object, "name");
  function.signature = text_at(*object, "signature");
  function.result = text_at(*object, "result");
  function.executable = text_at(*object, "executable");
  std::string id = text_at(*object, "id");
  auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), function.id, 16);
  if (function.name.empty() || id.empty() || error != std::errc() || end != id.data() + id.size())
    return failure(ErrorKind::invalid, "a function without name or id");
  const auto* parameters = object->if_contains("parameters");
  if (parameters == nullptr || !parameters->is_array())
    return failure(ErrorKind::invalid, "a function without parameters");
  for (const json::value& entry : parameters->get_array()) {
    const auto* parameter = entry.if_object();
    if (parameter == nullptr) return failure(ErrorKind::invalid, "a parameter that is no object");
    ParameterDescription description{text_at(*parameter, "name"), text_at(*parameter, "type"), std::nullopt};
    if (const auto* otherwise = parameter->if_contains("default"); otherwise && otherwise->is_string())
      description.otherwise = std::string(otherwise->get_string());
    function.parameters.push_back(std::move(description));
  }
  return function;
}

}  // namespace

std::vector<FunctionDescription> own_functions() {
  std::vector<FunctionDescription> functions;
  for (const lang::Function* function : lang::all_functions())
    if (!function->unnamed) functions.push_back(describe(*function));
  return functions;
}

json::object to_json(const FunctionDescription& function) {
  json::array parameters;
  for (const ParameterDescription& parameter : function.parameters) {
    json::object entry{{"name", parameter.name}, {"type", parameter.type}};
    if (parameter.otherwise) entry["default"] = *parameter.otherwise;
    parameters.push_back(std::move(entry));
  }
  return {{"name", function.name},
          {"signature", function.signature},
          {"executable", function.executable},
          {"id", fmt::format("{:016x}", function.id)},
          {"parameters", std::move(parameters)},
          {"result", function.result}};
}

Result<std::vector<FunctionDescription>> functions_from_json(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_array()) return failure(ErrorKind::invalid, "no list of functions");
  std::vector<FunctionDescription> functions;
  for (const json::value& entry : value.get_array()) {
    auto function = function_from_json(entry);
    if (function.has_error()) return function.error();
    functions.push_back(std::move(*function));
  }
  return functions;
}

}  // namespace circuit::spawn
