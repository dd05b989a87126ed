#include "tree_choice.hpp"

#include <fmt/format.h>

#include "anchor/zookeeper/session.hpp"

namespace circuit::cli {
namespace {

using anchor::zookeeper::ConnectString;
using anchor::zookeeper::Session;

Result<void> look_for(const ConnectString& where) {
  Session::Options options;
  options.where = where;
  auto session = Session::connect(options);
  if (!session) return failure(ErrorKind::unreachable, session.error().text);
  static_cast<void>((*session)->close());
  return {};
}

}  // namespace

std::string tree_text(const spawn::AgentConfig& config) {
  return config.zookeeper.empty() ? "the embedded tree" : "ZooKeeper at " + config.zookeeper;
}

Result<spawn::AgentConfig> settle_tree(const std::filesystem::path& directory, const TreeChoice& choice,
                                       bool keeper_runs) {
  const bool is_given = choice.embedded || !choice.zookeeper.empty();
  auto present = spawn::read_config(directory);
  if (present.has_error() && (!is_given || keeper_runs)) return present.error();
  spawn::AgentConfig config;
  if (present.has_value()) config = *present;
  if (choice.embedded) config.zookeeper.clear();
  if (!choice.zookeeper.empty()) config.zookeeper = choice.zookeeper;
  if (!config.zookeeper.empty()) {
    auto where = ConnectString::parse(config.zookeeper);
    if (where.has_error()) return where.error();
    config.zookeeper = where->string();
    if (!keeper_runs)
      if (auto there = look_for(*where); there.has_error()) return there.error();
  }
  if (keeper_runs && config != *present)
    return failure(ErrorKind::refused,
                   fmt::format("the agent in {} runs with {}, not with {}; end it first (`circuit up`, then "
                               "Ctrl-C), or name another directory with --dir",
                               directory.string(), tree_text(*present), tree_text(config)));
  if (present.has_error() || config != *present)
    if (auto written = spawn::write_config(directory, config); written.has_error()) return written.error();
  return config;
}

}  // namespace circuit::cli
