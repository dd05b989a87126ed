// What a request asks for, taken out of its JSON and its target.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/cluster.hpp"

namespace circuit::web {

/// A spawn, and the page that waits for its outcome (empty: none does).
struct SpawnForm {
  monitor::SpawnRequest request;
  std::string page;
};

/// `invalid`, with the field at fault, for anything but the object that web/api/openapi.yaml describes.
Result<SpawnForm> parse_spawn(std::string_view body);

using Query = std::map<std::string, std::string, std::less<>>;

/// A kill, and which process is meant (0: whichever has the id).
struct KillForm {
  monitor::KillRequest request;
  std::uint64_t incarnation = 0;
};
Result<KillForm> parse_kill(std::string_view id, const Query& query);

/// Whose calls are asked for; none: everybody's. `worker=R...`, several with commas between them.
Result<std::vector<WorkerId>> parse_calls_query(const Query& query);

/// The first message of a stream.
struct StreamOpening {
  std::string token;
  /// The name by which this page is known for as long as it is open; empty: it waits for no outcome.
  std::string page;
};
Result<StreamOpening> parse_opening(std::string_view message);

/// What a page looks at besides the workers, which every stream tells.
struct StreamWatch {
  bool calls = false;
};
/// A later message of a stream: `{"watch":["calls"]}`, or `{"watch":[]}` for nothing more.
Result<StreamWatch> parse_watch(std::string_view message);

}  // namespace circuit::web
