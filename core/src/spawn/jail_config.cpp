#include "spawn/jail_config.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/paths.hpp"
#include "spawn/address_json.hpp"

namespace circuit::spawn {
namespace {

constexpr std::size_t file_limit = 64 * 1024;

}  // namespace

Result<void> write_jail_config(const std::filesystem::path& jail, const JailConfig& config) {
  boost::json::object json = to_json(config.address);
  json["agent_directory"] = config.agent_directory;
  if (config.restarted) json["restarted"] = true;
  return write_file(jail / "config", boost::json::serialize(json) + "\n");
}

Result<JailConfig> read_jail_config(const std::filesystem::path& jail) {
  auto text = read_file(jail / "config", file_limit);
  if (text.has_error()) return text.error();
  boost::system::error_code error;
  auto json = boost::json::parse(*text, error);
  const auto* object = error ? nullptr : json.if_object();
  const auto* directory = object ? object->if_contains("agent_directory") : nullptr;
  auto address = error ? std::nullopt : address_from_json(json);
  if (!address || !directory || !directory->is_string())
    return failure(ErrorKind::invalid,
                   fmt::format("{} makes no sense; it is written by the agent", (jail / "config").string()));
  const auto* restarted = object->if_contains("restarted");
  return JailConfig{std::move(*address), std::string(directory->get_string()),
                    restarted != nullptr && restarted->is_bool() && restarted->get_bool()};
}

}  // namespace circuit::spawn
