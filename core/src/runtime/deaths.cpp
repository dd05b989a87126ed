#include "runtime/deaths.hpp"

#include <utility>
#include <vector>

#include "base/limits.hpp"

namespace circuit::runtime {
namespace {

Death death_of(const spawn::DeathReport& report) {
  Death death;
  // The numbers are the same, and those of another version's agent may be more.
  if (report.cause.kind != spawn::CauseKind::none) death.kind = static_cast<Death::Kind>(report.cause.kind);
  death.code = report.cause.code;
  death.text = report.cause.text;
  death.last_words = report.last_words;
  return death;
}

Death unseen(const Failure& verdict) { return {Death::Kind::lost, 0, verdict.text, {}}; }

}  // namespace

std::uint64_t Deaths::watch(const Address& address, Told told) {
  std::uint64_t ticket;
  {
    std::lock_guard lock(mutex_);
    ticket = ++last_ticket_;
    watches_.emplace(ticket, Watch{address, std::move(told), nullptr, false});
  }
  node_.loop().post([this, ticket] { ask(ticket); });
  return ticket;
}

void Deaths::forget(std::uint64_t ticket) {
  // On the loop: the timer is the loop's.
  node_.loop().post([this, ticket] {
    std::lock_guard lock(mutex_);
    watches_.erase(ticket);
  });
}

void Deaths::ask(std::uint64_t ticket) {
  Address address;
  {
    std::lock_guard lock(mutex_);
    auto found = watches_.find(ticket);
    if (found == watches_.end()) return;
    address = found->second.address;
  }
  lang::PeerPointer agent = agent_.current();
  if (!agent || agent->verdict()) agent = agent_.look();
  if (!agent || agent->address().id == address.id) return ask_itself(ticket, address);
  const auto wait_ms = static_cast<std::uint32_t>(std::chrono::milliseconds(limits::death_question).count());
  lang::start_call(
      node_, agent, lang::fixed_object::agent, spawn::agent_interface().death,
      {limits::death_question + limits::fate_wait},
      std::function([this, ticket](Result<spawn::DeathReport> report) { answered(ticket, report); }),
      address.id, address.incarnation, wait_ms);
}

void Deaths::answered(std::uint64_t ticket, const Result<spawn::DeathReport>& report) {
  Address address;
  {
    std::lock_guard lock(mutex_);
    auto found = watches_.find(ticket);
    if (found == watches_.end()) return;
    address = found->second.address;
  }
  if (report.has_error()) {
    // The agent is about to be replaced, or has too much to do, or is shut down and its workers with it.
    if (report.error().kind == ErrorKind::cancelled) return;  // this runtime ends
    return ask_later(ticket, ns_of(limits::death_retry));
  }
  if (report->dead) return finish(ticket, death_of(*report));
  if (report->known) return ask(ticket);
  ask_itself(ticket, address);
}

void Deaths::ask_itself(std::uint64_t ticket, const Address& address) {
  static const lang::RemoteMethod<void()> ping{"process.ping"};
  lang::PeerPointer peer = node_.peers().find_or_add(address);
  if (auto verdict = peer->verdict()) return finish(ticket, unseen(*verdict));
  {
    std::lock_guard lock(mutex_);
    auto found = watches_.find(ticket);
    if (found == watches_.end()) return;
    found->second.by_link = true;
  }
  lang::start_call(node_, peer, lang::fixed_object::process, ping, {limits::death_question},
                   std::function([this, ticket](Result<void> answer) {
                     const bool alive = answer.has_value();
                     if (!alive && answer.error().kind == ErrorKind::cancelled) return;
                     ask_later(ticket, alive ? ns_of(limits::death_question) : ns_of(limits::death_retry));
                   }));
}

void Deaths::ask_later(std::uint64_t ticket, std::uint64_t after_ns) {
  std::lock_guard lock(mutex_);
  auto found = watches_.find(ticket);
  if (found == watches_.end()) return;
  if (!found->second.timer) found->second.timer = node_.loop().make_timer();
  found->second.timer->arm(node_.clock().now_ns() + after_ns, [this, ticket] { ask(ticket); });
}

void Deaths::peer_died(const lang::PeerPointer& peer) {
  std::vector<std::uint64_t> tickets;
  {
    std::lock_guard lock(mutex_);
    for (auto& [ticket, watch] : watches_)
      if (watch.by_link && watch.address.id == peer->address().id) {
        watch.by_link = false;
        tickets.push_back(ticket);
      }
  }
  // There may be an agent again, which knows why; where there is none, the verdict is all that is known.
  for (std::uint64_t ticket : tickets) ask(ticket);
}

void Deaths::finish(std::uint64_t ticket, Death death) {
  Told told;
  {
    std::lock_guard lock(mutex_);
    auto found = watches_.find(ticket);
    if (found == watches_.end()) return;
    told = std::move(found->second.told);
    watches_.erase(found);
  }
  node_.pool().submit([told = std::move(told), death = std::move(death)] { told(death); });
}

}  // namespace circuit::runtime
