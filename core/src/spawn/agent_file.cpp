#include "spawn/agent_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/paths.hpp"
#include "spawn/address_json.hpp"

namespace circuit::spawn {
namespace {

constexpr std::size_t file_limit = 16 * 1024;

std::filesystem::path file_in(const std::filesystem::path& directory) { return directory / "agent.json"; }

}  // namespace

Result<void> write_agent_file(const std::filesystem::path& directory, const Address& agent) {
  return write_file(file_in(directory), boost::json::serialize(to_json(agent)) + "\n");
}

Result<Address> read_agent_file(const std::filesystem::path& directory) {
  auto text = read_file(file_in(directory), file_limit);
  if (text.has_error())
    return failure(ErrorKind::unreachable,
                   fmt::format("no agent runs in {}: start one with `circuit up`", directory.string()));
  boost::system::error_code error;
  auto json = boost::json::parse(*text, error);
  if (!error)
    if (auto address = address_from_json(json)) return std::move(*address);
  return failure(ErrorKind::invalid,
                 fmt::format("{} is damaged; `circuit up` writes it anew", file_in(directory).string()));
}

}  // namespace circuit::spawn
