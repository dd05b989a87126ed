// Which workers a command means: /dir/R... (one), /dir (those in it), /dir/... (those in it and below), or
// R... alone.
#pragma once

#include <string>
#include <vector>

#include "monitor/live_cluster.hpp"

namespace circuit::cli {

struct Selector {
  enum class Kind { worker, directory, subtree };
  Kind kind = Kind::directory;
  /// Where to look; empty for a worker that is named by its id alone.
  std::string directory;
  WorkerId worker;

  static Result<Selector> parse(const std::string& text);
};

/// The workers that a selector names: none, if the directory itself holds none. Fails for a directory or a
/// worker that is not there, and for a worker that does not stand where the selector says.
Result<std::vector<spawn::WorkerRecord>> select(monitor::LiveCluster& cluster, const std::string& text);

/// The paths of a worker under its anchors, sorted.
std::vector<std::string> paths_of(const spawn::WorkerRecord& worker);

/// The path of something in a directory.
std::string path_in(const std::string& directory, const std::string& name);

}  // namespace circuit::cli
