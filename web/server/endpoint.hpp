// What every connection needs to know of its server.
#pragma once

#include <string>

namespace circuit::web {

class Authorization;
class Connections;
class Hub;
class Routes;

/// Everything outlives the connections.
struct Endpoint {
  Authorization& authorization;
  Connections& connections;
  Hub& hub;
  Routes& routes;
  std::string cluster_name;
};

}  // namespace circuit::web
