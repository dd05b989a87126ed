#include "spawn/config_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/paths.hpp"

namespace circuit::spawn {
namespace {

namespace json = boost::json;

std::filesystem::path file_in(const std::filesystem::path& directory) { return directory / "config.json"; }

Failure wrong(const std::filesystem::path& file, std::string_view why) {
  return failure(ErrorKind::invalid, fmt::format("{} {}; mend it, or `circuit up --zookeeper HOST:PORT` or "
                                                 "`circuit up --embedded` writes it anew",
                                                 file.string(), why));
}

}  // namespace

Result<AgentConfig> read_config(const std::filesystem::path& directory) {
  const auto file = file_in(directory);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return AgentConfig();
  auto text = read_file(file, limits::config_bytes);
  if (text.has_error()) return text.error();
  json::parse_options options;
  options.max_depth = 8;
  boost::system::error_code bad;
  const json::value value = json::parse(*text, bad, {}, options);
  if (bad) return wrong(file, "is not JSON: " + bad.message());
  if (!value.is_object()) return wrong(file, "is not a JSON object");
  AgentConfig config;
  for (const auto& [name, content] : value.get_object()) {
    // One that is passed over, because it is misspelt, would be a setting that silently does not hold.
    if (name != "zookeeper") return wrong(file, "has a field that is not \"zookeeper\"");
    if (!content.is_string() || content.get_string().empty())
      return wrong(file, "has a \"zookeeper\" that is not a text such as \"127.0.0.1:2181\"");
    config.zookeeper = content.get_string();
  }
  return config;
}

Result<void> write_config(const std::filesystem::path& directory, const AgentConfig& config) {
  json::object object;
  if (!config.zookeeper.empty()) object["zookeeper"] = config.zookeeper;
  return write_file(file_in(directory), json::serialize(object) + "\n");
}

}  // namespace circuit::spawn
