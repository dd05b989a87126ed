#include "agent/coordinator_source.hpp"

#include "anchor/embedded/store.hpp"
#include "anchor/zookeeper/session.hpp"
#include "base/limits.hpp"
#include "spawn/config_file.hpp"

namespace circuit::agent {
namespace {

using anchor::Coordinator;
using anchor::Outcome;
using anchor::SessionCredentials;
using anchor::SessionListener;

Result<CoordinatorSource> open_embedded(const std::filesystem::path& directory) {
  auto opened = anchor::embedded::Store::open(directory / "tree.db");
  if (opened.has_error()) return opened.error();
  CoordinatorSource source;
  source.connect = [store = *opened](std::optional<SessionCredentials> credentials,
                                     SessionListener listener) {
    return store->connect(std::move(credentials), std::move(listener));
  };
  // This agent is the only one there is.
  source.expire_others = [store = *opened] { store->expire_due(UINT64_MAX); };
  source.session_timeout = limits::session_wait;
  return source;
}

Result<CoordinatorSource> open_zookeeper(const std::string& text) {
  auto where = anchor::zookeeper::ConnectString::parse(text);
  if (where.has_error()) return where.error();
  anchor::zookeeper::Session::Options options;
  options.where = *std::move(where);
  options.connect_wait = limits::zookeeper_connect_try;
  CoordinatorSource source;
  source.connect = [options](std::optional<SessionCredentials> credentials,
                             SessionListener listener) -> Outcome<std::shared_ptr<Coordinator>> {
    auto session = anchor::zookeeper::Session::connect(options, std::move(credentials), std::move(listener));
    if (!session) return session.error();
    return std::shared_ptr<Coordinator>(*std::move(session));
  };
  source.session_timeout = options.timeout;
  return source;
}

}  // namespace

Result<CoordinatorSource> open_coordinator(const std::filesystem::path& directory) {
  auto config = spawn::read_config(directory);
  if (config.has_error()) return config.error();
  return config->zookeeper.empty() ? open_embedded(directory) : open_zookeeper(config->zookeeper);
}

}  // namespace circuit::agent
