#include "spawn/agent_connection.hpp"

#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "base/limits.hpp"
#include "spawn/agent_file.hpp"
#include "spawn/agent_starter.hpp"

namespace circuit::spawn {
AgentConnection::AgentConnection(lang::Node& node, std::filesystem::path directory, Start start)
    : node_(node), directory_(std::move(directory)), start_(start), timer_(node.loop().make_timer()) {}

AgentConnection::~AgentConnection() = default;

lang::PeerPointer AgentConnection::current() const {
  std::lock_guard lock(mutex_);
  return current_;
}

lang::PeerPointer AgentConnection::look() {
  auto address = read_agent_file(directory_);
  if (address.has_error()) return nullptr;
  lang::PeerPointer peer = node_.peers().find_or_add(*address);
  if (peer->verdict()) return nullptr;
  std::lock_guard lock(mutex_);
  current_ = peer;
  return peer;
}

Result<lang::PeerPointer> AgentConnection::agent() {
  auto answers = [&](const lang::PeerPointer& peer) {
    static const lang::RemoteMethod<void()> ping{"process.ping"};
    return peer &&
           lang::call(node_, peer, lang::fixed_object::process, ping, {limits::agent_start}).has_value();
  };
  if (auto peer = current(); peer && !peer->verdict()) return peer;
  if (auto peer = look(); answers(peer)) return peer;
  if (start_ == Start::never) {
    auto address = read_agent_file(directory_);
    if (address.has_error()) return address.error();
    return failure(ErrorKind::unreachable,
                   fmt::format("no agent answers in {}: start one with `circuit up`", directory_.string()));
  }
  if (auto started = start_keeper(directory_); started.has_error()) return started.error();
  // Nothing tells when another process has written a file, short of watching the directory: a short wait is
  // enough.
  auto deadline = std::chrono::steady_clock::now() + limits::agent_start;
  for (auto pause = std::chrono::milliseconds(1); std::chrono::steady_clock::now() < deadline;
       pause = std::min(pause * 2, std::chrono::milliseconds(20))) {
    if (auto peer = look(); answers(peer)) return peer;
    std::this_thread::sleep_for(pause);
  }
  return failure(ErrorKind::unreachable,
                 fmt::format("an agent was started in {}, but does not answer; {} may say why",
                             directory_.string(), (directory_ / "log").string()));
}

void AgentConnection::keep(std::function<void(const lang::PeerPointer&)> connected) {
  node_.loop().post([this, connected = std::move(connected)] {
    connected_.push_back(connected);
    if (kept_) return connected(kept_);
    if (connected_.size() == 1) look_again();
  });
}

void AgentConnection::look_again() {
  lang::PeerPointer peer = look();
  if (!peer)
    return timer_->arm(node_.clock().now_ns() + ns_of(limits::agent_retry), [this] { look_again(); });
  static const lang::RemoteMethod<void()> ping{"process.ping"};
  lang::start_call(node_, peer, lang::fixed_object::process, ping, {limits::agent_start},
                   std::function([this, peer](Result<void> answer) {
                     if (answer.has_value()) return keep_to(peer);
                     if (!peer->verdict()) ended(peer);
                   }));
}

void AgentConnection::keep_to(const lang::PeerPointer& peer) {
  kept_ = peer;
  // One of these may add another.
  for (std::size_t i = 0, known = connected_.size(); i < known; ++i) connected_[i](peer);
}

bool AgentConnection::ended(const lang::PeerPointer& peer) {
  {
    std::lock_guard lock(mutex_);
    if (peer != current_) return false;
    current_ = nullptr;
  }
  if (kept_ == peer) kept_ = nullptr;
  if (!connected_.empty())
    timer_->arm(node_.clock().now_ns() + ns_of(limits::agent_retry), [this] { look_again(); });
  return true;
}

void AgentConnection::ask_fate(const Address& address, std::function<void(lang::Fate)> told) {
  lang::PeerPointer agent = current();
  // An agent's own end needs no explanation, and without an agent the end of the link is the end of the peer.
  if (!agent || agent->verdict() || agent->address().id == address.id) return told({true, ""});
  lang::start_call(node_, agent, lang::fixed_object::agent, agent_interface().fate, {limits::fate_wait},
                   std::function([told = std::move(told)](Result<FateReport> report) {
                     if (report.has_error()) return told({true, ""});
                     told({report->dead, report->cause});
                   }),
                   address.id, address.incarnation);
}

}  // namespace circuit::spawn
