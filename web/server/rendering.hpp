// The model as JSON text (web/api/openapi.yaml says what stands in it).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "monitor/cluster.hpp"
#include "server/authorization.hpp"

namespace circuit::web {

/// A JSON string with its quotes. `text` may hold anything.
std::string quoted(std::string_view text);

std::string render(const spawn::WorkerRecord& worker);
std::string render(const std::vector<monitor::HostState>& hosts);
std::string render(const monitor::AnchorListing& listing);
std::string render(const std::vector<spawn::FunctionDescription>& functions);
/// `{"error":{"kind":...,"text":...}}`.
std::string render_error(std::string_view kind, std::string_view text);

/// `[...]` of all workers, by id.
std::string render_workers(const monitor::Snapshot& snapshot);

/// The start of a stream's snapshot message, which differs from client to client; the rest of it follows.
std::string render_snapshot_head(Role role, std::string_view cluster_name, std::uint64_t now_ms);
/// The rest, which is the same for every client.
std::string render_snapshot_rest(const monitor::Snapshot& snapshot);
std::string render(const monitor::Delta& delta);
/// `{"read_ms":...,"untold":...,"trouble":...,"calls":[...]}`: the first limits::web_told_calls of them; the
/// others are counted in `untold`.
std::string render(const monitor::Calls& calls);
/// The same as a message of a stream.
std::string render_calls_message(const monitor::Calls& calls, std::uint64_t now_ms);
std::string render_heartbeat(std::uint64_t sequence, std::uint64_t now_ms);
/// What came of a worker function.
std::string render_outcome(WorkerId id, const Result<std::string>& outcome);

/// UTC in milliseconds, as all times in the API.
std::uint64_t wall_ms();

}  // namespace circuit::web
