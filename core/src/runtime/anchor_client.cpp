#include "runtime/anchor_client.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "runtime/state.hpp"

namespace circuit::runtime {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

AnchorListing listing_of(spawn::DirectoryListing listing) {
  AnchorListing out;
  out.rev = listing.revision;
  out.dirs = std::move(listing.directories);
  for (spawn::WorkerRecord& record : listing.workers) {
    const WorkerId id = record.address.id;
    out.files.emplace(id, file_of(std::move(record)));
  }
  return out;
}

}  // namespace

AnchorFile file_of(spawn::WorkerRecord record) {
  AnchorFile file;
  file.address = std::move(record.address);
  file.function = std::move(record.function);
  file.executable = std::move(record.executable);
  file.started =
      std::chrono::system_clock::time_point(std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::nanoseconds(record.started_wall_ns)));
  file.start_ticks = record.start_ticks;
  file.app = record.app;
  return file;
}

// -- the agent ----------------------------------------------------------------------------------------------

State& AnchorClient::state() const {
  if (State* state = state_) return *state;
  throw Error(ErrorKind::cancelled, "this runtime has ended");
}

void AnchorClient::close() {
  State* state = state_.exchange(nullptr);
  if (state == nullptr) return;
  state->loop().post([self = shared_from_this()] {
    self->timer_.reset();
    self->watches_.clear();
  });
  std::lock_guard lock(mutex_);
  agent_found_.notify_all();
}

template <class R, class... A>
Result<R> AnchorClient::ask(const lang::RemoteMethod<R(A...)>& method, milliseconds wait,
                            const A&... arguments) {
  const auto give_up = Steady::now() + wait + limits::agent_start;
  for (;;) {
    State& asked = state();
    auto agent = asked.agent().agent();
    Result<R> answer = agent.has_error() ? Result<R>(agent.error())
                                         : lang::call(asked.node(), *agent, lang::fixed_object::agent, method,
                                                      {wait + limits::call_deadline}, arguments...);
    if (answer.has_value() || answer.error().kind == ErrorKind::cancelled || Steady::now() >= give_up)
      return answer;
    // What an agent says counts; that it has gone does not, where another comes.
    if (agent.has_value() && !(*agent)->verdict() && (*agent)->is_open()) return answer;
    await_agent();
  }
}

void AnchorClient::keep_agent() {
  std::call_once(kept_, [this] {
    state().agent().keep([weak = weak_from_this()](const lang::PeerPointer& agent) {
      if (auto self = weak.lock()) self->connected(agent);
    });
  });
}

void AnchorClient::await_agent() {
  keep_agent();
  std::unique_lock lock(mutex_);
  agent_found_.wait_for(lock, limits::anchor_retry,
                        [this, seen = agents_] { return agents_ != seen || !state_; });
}

void AnchorClient::connected(const lang::PeerPointer& agent) {
  State* state = state_;
  if (state == nullptr) return;
  {
    std::lock_guard lock(mutex_);
    ++agents_;
    agent_found_.notify_all();
    for (const std::string& path : own_anchors_)
      lang::start_call(state->node(), agent, lang::fixed_object::agent, spawn::agent_interface().add_anchor,
                       {}, std::function([path](Result<void> added) {
                         if (added.has_error())
                           log::warn("this app may not stand under {}: {}", path, added.error().text);
                       }),
                       path);
  }
  for (const auto& each : watches_)
    if (auto watch = each.lock()) watch->ask(agent);
}

// -- asking -------------------------------------------------------------------------------------------------

AnchorListing AnchorClient::open(const std::string& path) {
  auto listing =
      ask(spawn::agent_interface().change, milliseconds(0), path, std::uint64_t{0}, std::uint32_t{0});
  return listing_of(value_or_throw(std::move(listing)).value_or(spawn::DirectoryListing()));
}

AnchorListing AnchorClient::change(const std::string& path, std::uint64_t since,
                                   std::optional<milliseconds> timeout) {
  constexpr milliseconds longest{limits::anchor_wait_ms};
  // Nobody waits for a century.
  const auto until = Steady::now() + std::clamp<milliseconds>(timeout.value_or(longest), milliseconds(0),
                                                              std::chrono::hours(24 * 36500));
  for (;;) {
    auto wait = longest;
    // A wait of 0 would not ask for a change, but for what is there.
    if (timeout)
      wait = std::clamp(std::chrono::ceil<milliseconds>(until - Steady::now()), milliseconds(1), longest);
    auto listing = value_or_throw(
        ask(spawn::agent_interface().change, wait, path, since, static_cast<std::uint32_t>(wait.count())));
    if (listing) return listing_of(*std::move(listing));
    if (timeout && Steady::now() >= until)
      throw Error(ErrorKind::deadline, fmt::format("nothing has changed in {} within the time given", path));
  }
}

// -- its own place ------------------------------------------------------------------------------------------

void AnchorClient::add(const std::string& path) {
  if (state().worker() == nullptr) {
    keep_agent();
    std::lock_guard lock(mutex_);
    own_anchors_.insert(path);
  }
  auto added = ask(spawn::agent_interface().add_anchor, milliseconds(0), path);
  if (added.has_error() && !added.error().may_have_run) {
    std::lock_guard lock(mutex_);
    own_anchors_.erase(path);
  }
  value_or_throw(std::move(added));
}

void AnchorClient::claim(const std::string& path) {
  const bool is_app = state().worker() == nullptr;
  std::uint64_t agents = 0;
  if (is_app) {
    keep_agent();
    std::lock_guard lock(mutex_);
    agents = agents_;
  }
  value_or_throw(ask(spawn::agent_interface().claim_anchor, milliseconds(0), path));
  if (!is_app) return;
  bool told = true;
  {
    // Not before: an agent that comes meanwhile would put it there without asking who stands there.
    std::lock_guard lock(mutex_);
    own_anchors_.insert(path);
    told = agents_ == agents;
  }
  if (told) return;
  try {
    add(path);
  } catch (const Error&) {
    std::lock_guard lock(mutex_);
    own_anchors_.erase(path);
    throw;
  }
}

void AnchorClient::remove(const std::string& path) {
  {
    std::lock_guard lock(mutex_);
    own_anchors_.erase(path);
  }
  value_or_throw(ask(spawn::agent_interface().remove_anchor, milliseconds(0), path));
}

// -- watches ------------------------------------------------------------------------------------------------

std::shared_ptr<SubtreeWatch> AnchorClient::watch(const std::string& path, AnchorHandler handler) {
  State& used = state();
  auto watch = std::make_shared<SubtreeWatch>(weak_from_this(), used.node(), path, std::move(handler));
  watch->take(value_or_throw(ask(spawn::agent_interface().change_below, milliseconds(0), watch->order())));
  keep_agent();
  used.loop().post([self = shared_from_this(), watch] {
    State* state = self->state_;
    if (state == nullptr) return;
    std::erase_if(self->watches_, [](const auto& each) { return each.expired(); });
    self->watches_.push_back(watch);
    watch->deliver();
    if (auto agent = state->agent().current()) watch->ask(agent);
  });
  return watch;
}

void AnchorClient::end(std::shared_ptr<SubtreeWatch> watch) {
  State* state = state_;
  if (state == nullptr) return;
  state->loop().post([self = shared_from_this(), watch = std::move(watch)] {
    std::erase_if(self->watches_, [&](const auto& each) { return each.lock() == watch; });
    watch->take_back();
  });
}

void AnchorClient::retry_later() {
  State* state = state_;
  if (state == nullptr || retrying_) return;
  retrying_ = true;
  if (!timer_) timer_ = state->loop().make_timer();
  timer_->arm(state->node().clock().now_ns() + ns_of(limits::anchor_retry), [this] { retry(); });
}

void AnchorClient::retry() {
  retrying_ = false;
  State* state = state_;
  if (state == nullptr) return;
  auto agent = state->agent().current();
  for (const auto& each : watches_) {
    auto watch = each.lock();
    if (!watch) continue;
    watch->deliver();
    if (agent && !agent->verdict()) watch->ask(agent);
  }
}

}  // namespace circuit::runtime
