// The API: which path and method does what, and who may.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "monitor/cluster.hpp"
#include "server/authorization.hpp"
#include "server/responses.hpp"
#include "server/text.hpp"

namespace circuit::web {

class BlockingCalls;
class OutcomeDoor;

/// One request that has passed the checks of its connection.
struct Call {
  http::verb method = http::verb::get;
  Target target;
  std::string body;
  Role role = Role::none;
};

/// Takes the reply, once, on whatever thread has it.
using Answer = std::function<void(Reply)>;

/// Thread safety: handle() from any thread.
class Routes {
 public:
  struct Parts {
    monitor::Cluster& cluster;
    /// Spawns have threads of their own: a slow host must not keep a kill waiting.
    BlockingCalls& spawns;
    BlockingCalls& others;
    std::shared_ptr<OutcomeDoor> outcomes;
    std::string cluster_name;
  };
  explicit Routes(Parts parts) : parts_(std::move(parts)) {}

  void handle(Call call, Answer answer);

 private:
  void list_workers(const Call& call, Answer answer);
  void show_worker(const Call& call, Answer answer);
  void kill_worker(const Call& call, Answer answer);
  void spawn_worker(const Call& call, Answer answer);
  void list_anchors(const Call& call, Answer answer);
  void list_calls(const Call& call, Answer answer);
  void list_functions(const Call& call, Answer answer);
  void show_status(const Call& call, Answer answer);

  struct Route;
  static const Route* route_of(const Call& call, std::string& allowed);

  Parts parts_;
};

}  // namespace circuit::web
