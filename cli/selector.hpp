// Which workers a command means: /dir/R... (one), /dir (those in it), /dir/... (those in it and below), or R... alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "monitor/live_cluster.hpp"

namespace circuit::cli {

struct Selector {
  enum class Kind { worker, directory, subtree };
  Kind kind = Kind::directory;
  std::string directory = "/";
  WorkerId worker;

  static Result<Selector> parse(const std::string& text);
};

/// The workers that the selectors name, each once. A selector that names none is a failure.
Result<std::map<WorkerId, spawn::WorkerRecord>> select(monitor::LiveCluster& cluster,
                                                       const std::vector<std::string>& selectors);

}  // namespace circuit::cli
