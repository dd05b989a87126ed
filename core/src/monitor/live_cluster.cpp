#include "monitor/live_cluster.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "base/limits.hpp"

namespace circuit::monitor {
namespace {

AnchorListing listing_of(spawn::DirectoryListing listing) {
  return {std::move(listing.path), listing.revision, std::move(listing.directories),
          std::move(listing.workers)};
}

}  // namespace

LiveCluster::LiveCluster(std::filesystem::path directory, Watch watch)
    : state_(
          runtime::make_app(directory, wire::Role::console, spawn::AgentConnection::Start::never, nullptr)),
      expiry_(state_->loop().make_timer()),
      published_(model_.snapshot()),
      calls_(*state_) {
  if (watch == Watch::yes) state_->agent().keep([this](const lang::PeerPointer& agent) { ask(agent); });
}

LiveCluster::~LiveCluster() {
  state_->node().stop();
  state_->loop().stop();
}

// -- watching -----------------------------------------------------------------------------------------------

void LiveCluster::ask(const lang::PeerPointer& agent) {
  Model::Position position = model_.position(spawn::own_host);
  auto patience = std::chrono::milliseconds(limits::observe_wait_ms) + limits::call_deadline;
  lang::start_call(
      state_->node(), agent, lang::fixed_object::agent, spawn::agent_interface().observe, {patience},
      std::function([this, agent](Result<spawn::Observation> observation) { told(agent, observation); }),
      position.epoch, position.sequence, limits::observe_wait_ms);
}

void LiveCluster::told(const lang::PeerPointer& agent, const Result<spawn::Observation>& observation) {
  if (observation.has_error()) {
    // The agent's connection finds the successor, and then this asks again.
    model_.disconnected(spawn::own_host, observation.error().text);
    publish();
    if (!agent->verdict()) state_->agent().ended(agent);
    return;
  }
  const Clock& clock = state_->loop().clock();
  model_.observe(spawn::own_host, *observation, {clock.now_ns(), clock.wall_ns()});
  publish();
  ask(agent);
}

void LiveCluster::publish() {
  auto snapshot = model_.snapshot();
  {
    std::lock_guard lock(mutex_);
    if (published_ == snapshot) return;
    published_ = snapshot;
  }
  subscribers_.tell(snapshot);
  if (std::uint64_t next = model_.next_expiry_ns(); next != 0) expiry_->arm(next, [this] { expire(); });
}

void LiveCluster::expire() {
  model_.expire(state_->loop().clock().now_ns());
  publish();
}

std::shared_ptr<const Snapshot> LiveCluster::snapshot() const {
  std::lock_guard lock(mutex_);
  return published_;
}

std::unique_ptr<Cluster::Subscription> LiveCluster::subscribe(
    std::function<void(std::shared_ptr<const Snapshot>)> changed) {
  return subscribers_.add(std::move(changed));
}

std::unique_ptr<Cluster::Subscription> LiveCluster::watch_calls(std::function<void(CallsPointer)> changed) {
  return calls_.subscribe(std::move(changed));
}

// -- asking and steering ------------------------------------------------------------------------------------

Result<spawn::WorkerRecord> LiveCluster::spawn(const SpawnRequest& request, FunctionOutcome outcome) {
  auto known = functions();
  if (known.has_error()) return known.error();
  auto function = spawn::choose_function(*known, request.function, request.executable);
  if (function.has_error()) return function.error();
  return spawn(request, *function, std::move(outcome), {});
}

Result<spawn::WorkerRecord> LiveCluster::spawn(const SpawnRequest& request,
                                               const spawn::FunctionDescription& function,
                                               FunctionOutcome outcome, spawn::SpawnProgress progress) {
  boost::system::error_code error;
  boost::json::value arguments = boost::json::parse(request.arguments, error);
  if (error || !arguments.is_array())
    return failure(ErrorKind::invalid, fmt::format("the arguments are no JSON array: {}", request.arguments));
  auto encoded = spawn::encode_json_arguments(function, arguments.get_array());
  if (encoded.has_error()) return encoded.error();
  auto caller = request.detached ? spawn::Caller::agent : spawn::Caller::self;
  return spawn::spawn_function(state_->node(), state_->agent(), state_->launcher(), request.host,
                               request.anchors, function, std::move(*encoded), caller, request.restart,
                               std::move(progress), std::move(outcome));
}

Result<void> LiveCluster::kill(const KillRequest& request) {
  spawn::KillOrder order{request.id, request.signal, request.grace_ms, request.by};
  return state_->launcher().end(order);
}

Result<std::vector<spawn::FunctionDescription>> LiveCluster::functions() {
  return state_->agent().call(spawn::agent_interface().functions, {});
}

Result<CallsPointer> LiveCluster::calls(const std::vector<WorkerId>& workers) {
  auto report = state_->agent().call(spawn::agent_interface().calls, {}, workers);
  if (report.has_error()) return report.error();
  return CallsPointer(std::make_shared<const Calls>(join_ends(*report)));
}

Result<AnchorListing> LiveCluster::anchors(const std::string& path) {
  auto listing = state_->agent().call(spawn::agent_interface().list, {}, path);
  if (listing.has_error()) return listing.error();
  return listing_of(std::move(*listing));
}

Result<std::vector<AnchorListing>> LiveCluster::walk(const std::string& path) {
  auto listings = state_->agent().call(spawn::agent_interface().walk, {}, path);
  if (listings.has_error()) return listings.error();
  std::vector<AnchorListing> all;
  for (spawn::DirectoryListing& listing : *listings) all.push_back(listing_of(std::move(listing)));
  return all;
}

Result<spawn::WorkerRecord> LiveCluster::worker(WorkerId id) {
  return state_->agent().call(spawn::agent_interface().worker, {}, id);
}

Result<bool> LiveCluster::has_ended(const Address& worker) {
  auto fate = state_->agent().call(spawn::agent_interface().fate, {}, worker.id, worker.incarnation);
  if (fate.has_error()) return fate.error();
  return fate->dead;
}

Result<spawn::AgentStatus> LiveCluster::status() {
  return state_->agent().call(spawn::agent_interface().status, {});
}

Result<void> LiveCluster::shut_down(std::chrono::milliseconds grace) {
  return state_->agent().call(spawn::agent_interface().shutdown, {},
                              static_cast<std::uint64_t>(grace.count()));
}

}  // namespace circuit::monitor
