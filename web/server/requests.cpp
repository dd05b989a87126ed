#include "server/requests.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <initializer_list>
#include <optional>

#include "base/limits.hpp"

namespace circuit::web {
namespace {

namespace json = boost::json;

Failure invalid(std::string text) { return failure(ErrorKind::invalid, std::move(text)); }

Result<json::object> parse_object(std::string_view text, std::initializer_list<std::string_view> fields) {
  json::parse_options options;
  options.max_depth = limits::web_json_nesting;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return invalid("The body is not JSON: " + error.message() + ".");
  if (!value.is_object()) return invalid("The body must be a JSON object.");
  for (const auto& item : value.get_object())
    if (std::find(fields.begin(), fields.end(), std::string_view(item.key())) == fields.end())
      return invalid(fmt::format("There is no field \"{}\" here; known are {}.", std::string_view(item.key()),
                                 fmt::join(fields, ", ")));
  return std::move(value).as_object();
}

/// The text under `name`; `otherwise` where it is missing.
Result<std::string> text_field(const json::object& object, std::string_view name,
                               std::optional<std::string> otherwise) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) {
    if (otherwise) return *std::move(otherwise);
    return invalid(fmt::format("The field \"{}\" is missing.", name));
  }
  if (!value->is_string()) return invalid(fmt::format("\"{}\" must be a text.", name));
  return std::string(value->get_string());
}

Result<std::vector<std::string>> anchors_field(const json::object& object) {
  std::vector<std::string> anchors;
  const json::value* value = object.if_contains("anchors");
  if (value == nullptr) return anchors;
  if (!value->is_array()) return invalid("\"anchors\" must be an array of texts.");
  if (value->get_array().size() > limits::anchors_per_worker)
    return invalid(fmt::format("A worker has at most {} anchors.", limits::anchors_per_worker));
  for (const json::value& anchor : value->get_array()) {
    if (!anchor.is_string()) return invalid("\"anchors\" must be an array of texts.");
    anchors.emplace_back(anchor.get_string());
  }
  return anchors;
}

bool is_page_name(std::string_view name) noexcept {
  return name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<std::string> page_field(const json::object& object) {
  auto page = text_field(object, "page", "");
  if (page && !is_page_name(*page)) return invalid("\"page\" must be at most 64 hex digits.");
  return page;
}

std::optional<std::uint64_t> number(std::string_view text, int base) noexcept {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<std::int32_t> signal_named(std::string_view name) noexcept {
  constexpr std::array<std::pair<std::string_view, std::int32_t>, 12> signals{{{"ABRT", SIGABRT},
                                                                               {"CONT", SIGCONT},
                                                                               {"HUP", SIGHUP},
                                                                               {"INT", SIGINT},
                                                                               {"KILL", SIGKILL},
                                                                               {"QUIT", SIGQUIT},
                                                                               {"SEGV", SIGSEGV},
                                                                               {"STOP", SIGSTOP},
                                                                               {"TERM", SIGTERM},
                                                                               {"TSTP", SIGTSTP},
                                                                               {"USR1", SIGUSR1},
                                                                               {"USR2", SIGUSR2}}};
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (auto [known, signal] : signals)
    if (known == name) return signal;
  return std::nullopt;
}

}  // namespace

Result<SpawnForm> parse_spawn(std::string_view body) {
  auto object = parse_object(body, {"host", "anchors", "function", "arguments", "executable", "page"});
  if (!object) return object.error();
  auto host = text_field(*object, "host", "localhost");
  if (!host) return host.error();
  auto anchors = anchors_field(*object);
  if (!anchors) return anchors.error();
  auto function = text_field(*object, "function", std::nullopt);
  if (!function) return function.error();
  auto executable = text_field(*object, "executable", "");
  if (!executable) return executable.error();
  auto page = page_field(*object);
  if (!page) return page.error();
  std::string arguments = "[]";
  if (const json::value* value = object->if_contains("arguments")) {
    if (!value->is_array()) return invalid("\"arguments\" must be an array, one element per argument.");
    arguments = json::serialize(*value);
  }
  return SpawnForm{{std::move(*host), std::move(*anchors), std::move(*function), std::move(arguments),
                    std::move(*executable)},
                   std::move(*page)};
}

Result<KillForm> parse_kill(std::string_view id, const Query& query) {
  KillForm form;
  auto worker = WorkerId::parse(id);
  if (!worker) return invalid("A worker's id is R and 16 hex digits.");
  form.request.id = *worker;
  form.request.by = "web";
  for (const auto& [name, value] : query) {
    if (name == "signal") {
      auto signal = signal_named(value);
      if (!signal)
        return invalid("The signal \"" + value + "\" is not known; TERM, KILL and INT are, for instance.");
      form.request.signal = *signal;
    } else if (name == "grace_ms") {
      constexpr std::uint64_t longest_ms = 3'600'000;
      auto grace_ms = number(value, 10);
      if (!grace_ms || *grace_ms > longest_ms)
        return invalid(fmt::format("\"grace_ms\" must be a number from 0 to {}.", longest_ms));
      form.request.grace_ms = *grace_ms;
    } else if (name == "incarnation") {
      auto incarnation = number(value, 16);
      if (!incarnation) return invalid("\"incarnation\" must be in hex, as the API shows it.");
      form.incarnation = *incarnation;
    } else {
      return invalid("There is no parameter \"" + name + "\" here; known are signal, grace_ms, incarnation.");
    }
  }
  return form;
}

Result<std::vector<WorkerId>> parse_calls_query(const Query& query) {
  std::vector<WorkerId> workers;
  for (const auto& [name, value] : query) {
    if (name != "worker") return invalid("There is no parameter \"" + name + "\" here; known is worker.");
    std::string_view rest = value;
    for (bool last = false; !last;) {
      const std::size_t comma = rest.find(',');
      last = comma == std::string_view::npos;
      auto worker = WorkerId::parse(rest.substr(0, comma));
      if (!worker)
        return invalid("\"worker\" must be ids, each R and 16 hex digits, with commas between them.");
      workers.push_back(*worker);
      if (!last) rest.remove_prefix(comma + 1);
    }
  }
  return workers;
}

Result<StreamOpening> parse_opening(std::string_view message) {
  auto object = parse_object(message, {"token", "page"});
  if (!object) return object.error();
  auto token = text_field(*object, "token", std::nullopt);
  if (!token) return token.error();
  auto page = page_field(*object);
  if (!page) return page.error();
  return StreamOpening{std::move(*token), std::move(*page)};
}

Result<StreamWatch> parse_watch(std::string_view message) {
  auto object = parse_object(message, {"watch"});
  if (!object) return object.error();
  const json::value* topics = object->if_contains("watch");
  if (topics == nullptr || !topics->is_array()) return invalid("\"watch\" must be an array.");
  StreamWatch watch;
  for (const json::value& topic : topics->get_array()) {
    if (!topic.is_string() || topic.get_string() != "calls")
      return invalid("Only \"calls\" can be watched besides the workers.");
    watch.calls = true;
  }
  return watch;
}

}  // namespace circuit::web
