#include "spawn/address_json.hpp"

#include <charconv>
#include <fmt/format.h>

namespace circuit::spawn {
namespace {

// 64-bit numbers are written in hex: many readers of JSON take numbers for doubles.
std::string hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

std::optional<std::uint64_t> from_hex(const boost::json::value* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_string();
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

boost::json::object to_json(const Address& address) {
  return {{"id", address.id.string()},   {"incarnation", hex(address.incarnation)},
          {"host", address.host},        {"pid", address.pid},
          {"agent", hex(address.agent)}, {"endpoint", address.endpoint}};
}

std::optional<Address> address_from_json(const boost::json::value& json) {
  const auto* object = json.if_object();
  if (object == nullptr) return std::nullopt;
  const auto* id = object->if_contains("id");
  const auto* host = object->if_contains("host");
  const auto* pid = object->if_contains("pid");
  const auto* endpoint = object->if_contains("endpoint");
  auto incarnation = from_hex(object->if_contains("incarnation"));
  auto agent = from_hex(object->if_contains("agent"));
  if (!id || !id->is_string() || !host || !host->is_string() || !pid || !pid->is_int64() || !endpoint ||
      !endpoint->is_string() || !incarnation || !agent)
    return std::nullopt;
  auto worker = WorkerId::parse(std::string_view(id->get_string()));
  if (!worker) return std::nullopt;
  Address address;
  address.id = *worker;
  address.incarnation = *incarnation;
  address.host = std::string(host->get_string());
  address.pid = static_cast<std::int32_t>(pid->get_int64());
  address.agent = *agent;
  address.endpoint = std::string(endpoint->get_string());
  return address;
}

}  // namespace circuit::spawn
