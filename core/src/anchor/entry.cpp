#include "anchor/entry.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <utility>

#include "base/anchor_path.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"

namespace circuit::anchor {
namespace {

namespace json = boost::json;

Failure bad_file(std::string_view what) {
  return failure(ErrorKind::invalid, fmt::format("a worker's file {}", what));
}

/// Numbers of 64 random bits are text: many a tool would round them.
std::string hex(std::uint64_t number) { return fmt::format("{:016x}", number); }

/// Takes the fields out of an object, and keeps the name of the first one that is missing or of another type.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  std::string text(std::string_view name) {
    const json::value* value = find(name);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    return fault(name), std::string();
  }
  template <class Number>
  Number number(std::string_view name) {
    const json::value* value = find(name);
    boost::system::error_code error;
    if (value != nullptr && (value->is_int64() || value->is_uint64())) {
      auto number = value->to_number<Number>(error);
      if (!error) return number;
    }
    return fault(name), Number{};
  }
  std::uint64_t hex(std::string_view name) {
    std::string digits = text(name);
    std::uint64_t number = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (digits.size() != 16 || error != std::errc() || end != digits.data() + digits.size()) fault(name);
    return number;
  }
  bool boolean(std::string_view name) {
    const json::value* value = find(name);
    if (value != nullptr && value->is_bool()) return value->get_bool();
    return fault(name), false;
  }
  void fault(std::string_view name) {
    if (fault_.empty()) fault_ = name;
  }
  const std::string& first_fault() const noexcept { return fault_; }

 private:
  const json::value* find(std::string_view name) const { return object_.if_contains(name); }

  const json::object& object_;
  std::string fault_;
};

Result<json::value> parse(std::string_view content) {
  if (content.size() > limits::anchor_file_bytes)
    return bad_file(
        fmt::format("has {} bytes; at most {} are allowed", content.size(), limits::anchor_file_bytes));
  json::parse_options options;
  options.max_depth = 8;
  boost::system::error_code error;
  json::value value = json::parse(content, error, {}, options);
  if (error) return bad_file("is not JSON: " + error.message());
  if (!value.is_object()) return bad_file("is not a JSON object");
  return value;
}

}  // namespace

Result<std::string> encode(const Entry& entry) {
  const Address& address = entry.address;
  if (!address.id) return bad_file("must name a worker");
  json::object object{
      {"id", address.id.string()},
      {"incarnation", hex(address.incarnation)},
      {"host", valid_utf8(address.host)},
      {"pid", address.pid},
      {"agent", hex(address.agent)},
      {"endpoint", valid_utf8(address.endpoint)},
      {"start_ticks", entry.start_ticks},
      {"started_wall_ns", entry.started_wall_ns},
      {"function", valid_utf8(entry.function)},
      {"executable", valid_utf8(entry.executable)},
      {"app", entry.app},
  };
  std::string content = json::serialize(object);
  if (content.size() > limits::anchor_file_bytes)
    return bad_file(
        fmt::format("would have {} bytes; at most {} are allowed: shorten the name of the function or "
                    "the path of the executable",
                    content.size(), limits::anchor_file_bytes));
  return content;
}

Result<Entry> decode(std::string_view content) {
  auto value = parse(content);
  if (!value) return value.error();
  Fields fields(value->get_object());
  Entry entry;
  if (auto id = WorkerId::parse(fields.text("id")); id && *id)
    entry.address.id = *id;
  else
    fields.fault("id");
  entry.address.incarnation = fields.hex("incarnation");
  entry.address.host = fields.text("host");
  entry.address.pid = fields.number<std::int32_t>("pid");
  entry.address.agent = fields.hex("agent");
  entry.address.endpoint = fields.text("endpoint");
  entry.start_ticks = fields.number<std::uint64_t>("start_ticks");
  entry.started_wall_ns = fields.number<std::uint64_t>("started_wall_ns");
  entry.function = fields.text("function");
  entry.executable = fields.text("executable");
  entry.app = fields.boolean("app");
  if (!fields.first_fault().empty()) return bad_file(fmt::format("has no good \"{}\"", fields.first_fault()));
  return entry;
}

}  // namespace circuit::anchor
