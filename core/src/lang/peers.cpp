#include "lang/peers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/log.hpp"

namespace circuit::lang {
namespace {

using link::Link;

/// The text with which an acceptor refuses a dial that crosses its own; the dialer then waits for the other
/// link.
constexpr std::string_view crossing = "crossing";
/// The text with which an acceptor refuses a link as long as it does not know why the one before has ended;
/// the dialer tries again.
constexpr std::string_view looked_into =
    "the end of the link before this one is being looked into; try again";
constexpr const char* no_hello = "no hello came in time";
/// Since when a stranger is waited for that is waited for no more.
constexpr std::uint64_t given_up = 0;

}  // namespace

Peers::Peers(link::Loop& loop, link::Transport& transport, wire::Hello own, PeerEvents& events)
    : loop_(loop),
      transport_(transport),
      own_(std::move(own)),
      events_(events),
      stranger_timer_(loop.make_timer()),
      crossing_timer_(loop.make_timer()),
      leftovers_timer_(loop.make_timer()) {}

Peers::~Peers() = default;

Result<void> Peers::listen(const std::string& endpoint) {
  auto listener = transport_.listen(endpoint, [this](auto connection) { accept(std::move(connection)); });
  if (listener.has_error()) return listener.error();
  listener_ = std::move(*listener);
  return {};
}

Result<void> Peers::adopt(int listening_fd) {
  auto listener = transport_.adopt(listening_fd, [this](auto connection) { accept(std::move(connection)); });
  if (listener.has_error()) return listener.error();
  listener_ = std::move(*listener);
  return {};
}

PeerPointer Peers::find_or_add(const Address& address) {
  std::lock_guard lock(mutex_);
  PeerPointer& peer = peers_[address.id];
  if (!peer) peer = std::make_shared<Peer>(*this, address);
  return peer;
}

PeerPointer Peers::find(WorkerId id) const {
  std::lock_guard lock(mutex_);
  auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : found->second;
}

// -- making links -------------------------------------------------------------------------------------------

void Peers::accept(std::unique_ptr<link::Connection> connection) {
  if (closing_) return;
  auto user = connection->peer_user();
  if (user && *user != ::geteuid() && *user != 0) {
    log::warn("refused a connection of uid {}", *user);
    return;
  }
  std::size_t strangers = 0;
  for (const auto& [key, entry] : links_) strangers += entry.peer == nullptr;
  if (strangers >= limits::strangers) {
    log::warn("refused a connection: {} others have not said hello yet", strangers);
    return;
  }
  begin(std::move(connection), Link::Side::acceptor, nullptr);
  sweep_strangers();
}

void Peers::dial(const PeerPointer& peer) {
  loop_.post([this, peer] { start_dial(peer); });
}

void Peers::start_dial(const PeerPointer& peer) {
  if (closing_) return;
  {
    std::lock_guard lock(peer->mutex_);
    if (peer->state_ != Peer::State::dialing) return;
  }
  if (peer->address().endpoint.empty())
    return decide(peer, failure(ErrorKind::unreachable, "it accepts no links"), {false, {}});
  transport_.dial(peer->address().endpoint,
                  [this, peer](Result<std::unique_ptr<link::Connection>> connection) {
                    if (connection.has_error()) return lost(peer, connection.error());
                    begin(std::move(*connection), Link::Side::dialer, peer);
                  });
}

void Peers::begin(std::unique_ptr<link::Connection> connection, Link::Side side, PeerPointer peer) {
  auto link = std::make_shared<Link>(loop_, std::move(connection), side, own_, *this);
  links_[link.get()] = {link, std::move(peer), loop_.clock().now_ns()};
  link->start();
}

void Peers::sweep_strangers() {
  std::uint64_t now = loop_.clock().now_ns(), oldest = UINT64_MAX;
  for (auto& [key, entry] : links_) {
    if (entry.peer) continue;
    if (now - entry.since_ns >= ns_of(limits::hello_wait)) {
      entry.since_ns = given_up;
      entry.link->close(failure(ErrorKind::deadline, no_hello));
    } else {
      oldest = std::min(oldest, entry.since_ns);
    }
  }
  if (oldest != UINT64_MAX)
    stranger_timer_->arm(oldest + ns_of(limits::hello_wait), [this] { sweep_strangers(); });
}

Result<void> Peers::greeted(const std::shared_ptr<Link>& link, const wire::Hello& hello) {
  LinkEntry& entry = links_.at(link.get());
  if (hello.address.id == own_.address.id)
    return failure(ErrorKind::refused, "a link from this process to itself");
  if (link->side() == Link::Side::dialer) {
    if (hello.address.id != entry.peer->address().id ||
        hello.address.incarnation != entry.peer->address().incarnation)
      return failure(ErrorKind::dead, fmt::format("{} answers where {} was expected", hello.address.string(),
                                                  entry.peer->address().string()));
    return {};
  }
  // A hello that comes while the link is being closed must not open it: what goes over it would be lost.
  if (entry.since_ns == given_up) return failure(ErrorKind::refused, no_hello);
  PeerPointer peer = find_or_add(hello.address);
  std::lock_guard lock(peer->mutex_);
  if (peer->address_.incarnation != hello.address.incarnation)
    return failure(ErrorKind::refused,
                   fmt::format("{} is known here as another process", hello.address.id.string()));
  if (peer->verdict_) return *peer->verdict_;
  if (peer->state_ == Peer::State::open) return failure(ErrorKind::refused, "there is a link already");
  if (peer->state_ == Peer::State::lost) return failure(ErrorKind::refused, std::string(looked_into));
  // Two processes that dial each other at the same time settle on the link that the smaller id has dialled.
  if (peer->state_ == Peer::State::dialing && own_.address.id < hello.address.id &&
      !peer->address_.endpoint.empty())
    return failure(ErrorKind::refused, std::string(crossing));
  entry.peer = peer;
  return {};
}

void Peers::opened(const std::shared_ptr<Link>& link) {
  PeerPointer peer = links_.at(link.get()).peer;
  {
    std::lock_guard lock(peer->mutex_);
    if (peer->state_ == Peer::State::open) {  // the crossing link came first
      link->close(failure(ErrorKind::refused, std::string(crossing)));
      return;
    }
    peer->link_ = link;
    peer->role_ = link->peer().role;
    // The waiting frames go out before the state lets others pass.
    for (const UnsentMessage& waiting : peer->waiting_)
      link->send(waiting.kind, waiting.call, waiting.body, {}, waiting.references, waiting.order);
    peer->waiting_.clear();
    peer->waiting_bytes_ = 0;
    peer->state_ = Peer::State::open;
  }
  events_.peer_opened(peer);
}

// -- the life of a link -------------------------------------------------------------------------------------

void Peers::received(const std::shared_ptr<Link>& link, wire::Message& message) {
  PeerPointer peer = links_.at(link.get()).peer;
  if (message.kind == wire::FrameKind::goodbye) {
    std::lock_guard lock(peer->mutex_);
    peer->leaving_ = true;
    return;
  }
  events_.peer_message(peer, message);
}

void Peers::closed(const std::shared_ptr<Link>& link, const Failure& reason) {
  auto found = links_.find(link.get());
  if (found == links_.end()) return;
  PeerPointer peer = found->second.peer;
  links_.erase(found);
  if (!peer) {
    log::debug("a stranger's connection ended: {}", reason.text);
    return;
  }
  {
    std::lock_guard lock(peer->mutex_);
    // A dial that has failed while another link was there, or while the end of that one is looked into, decides
    // nothing.
    const bool dialled = link->side() == Link::Side::dialer && peer->state_ == Peer::State::dialing;
    if (peer->link_ != link && !dialled) return;
    const bool crossed = peer->link_ == nullptr && reason.kind == ErrorKind::refused &&
                         (reason.text == crossing || reason.text == looked_into);
    if (crossed) {
      // The other side's link is on its way, or it will soon take this one; should the first fail, this side
      // must not wait for ever.
      crossed_.push_back(peer);
      crossing_timer_->arm(loop_.clock().now_ns() + ns_of(limits::crossing_wait),
                           [this] { dial_crossed_again(); });
      return;
    }
  }
  lost(peer, reason);
}

void Peers::dial_crossed_again() {
  std::vector<PeerPointer> crossed;
  crossed.swap(crossed_);
  for (const PeerPointer& peer : crossed) start_dial(peer);
}

void Peers::lost(const PeerPointer& peer, const Failure& reason) {
  bool leaving;
  {
    std::lock_guard lock(peer->mutex_);
    if (peer->state_ == Peer::State::dead) return;
    peer->link_ = nullptr;
    peer->state_ = Peer::State::lost;  // holds new frames back until the verdict
    leaving = peer->leaving_;
  }
  if (closing_) return;
  if (leaving) return decide(peer, reason, {true, "it has ended"});
  if (reason.kind == ErrorKind::dead) return decide(peer, reason, {true, reason.text});
  if (reason.kind == ErrorKind::refused) return decide(peer, reason, {false, {}});  // only the living refuse
  if (!ask_fate_) return decide(peer, reason, {true, reason.text});
  std::weak_ptr<int> listening = listening_for_fates_;
  ask_fate_(peer->address(), [this, listening, peer, reason](const Fate& fate) {
    if (!listening.expired()) decide(peer, reason, fate);
  });
}

void Peers::decide(const PeerPointer& peer, const Failure& reason, const Fate& fate) {
  const Address& address = peer->address();
  if (fate.dead) {
    std::string cause = fate.cause.empty() ? reason.text : fate.cause;
    return declare_dead(
        peer, Failure{ErrorKind::dead, fmt::format("{} is dead: {}", address.string(), cause), {}, true});
  }
  std::vector<UnsentMessage> unsent;
  bool left;
  {
    std::lock_guard lock(peer->mutex_);
    if (peer->state_ == Peer::State::open || peer->state_ == Peer::State::dead) return;
    peer->state_ = Peer::State::idle;
    unsent = peer->forget_calls();
    // Who accepts no links makes the next one itself.
    left = !peer->waiting_.empty() && !address.endpoint.empty();
  }
  if (left) leftovers_.push_back(peer);
  if (left && leftovers_.size() == 1)
    leftovers_timer_->arm(loop_.clock().now_ns() + ns_of(limits::leftovers_wait),
                          [this] { dial_for_leftovers(); });
  events_.peer_lost(peer,
                    Failure{ErrorKind::unreachable,
                            fmt::format("{} cannot be reached: {}", address.string(), reason.text),
                            {},
                            true},
                    unsent);
}

void Peers::dial_for_leftovers() {
  std::vector<PeerPointer> peers;
  peers.swap(leftovers_);
  for (const PeerPointer& peer : peers) {
    {
      std::lock_guard lock(peer->mutex_);
      if (peer->state_ != Peer::State::idle || peer->waiting_.empty()) continue;
      peer->state_ = Peer::State::dialing;
    }
    start_dial(peer);
  }
}

void Peers::declare_dead(const PeerPointer& peer, Failure verdict) {
  {
    std::lock_guard lock(peer->mutex_);
    if (peer->state_ == Peer::State::dead) return;
    peer->state_ = Peer::State::dead;
    peer->verdict_ = verdict;
    peer->waiting_.clear();
    peer->waiting_bytes_ = 0;
  }
  events_.peer_died(peer, verdict);
}

void Peers::say_goodbye(std::chrono::steady_clock::time_point deadline) {
  std::vector<std::shared_ptr<link::Link>> links;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, peer] : peers_) {
      std::lock_guard peer_lock(peer->mutex_);
      if (peer->link_) links.push_back(peer->link_);
    }
  }
  for (const auto& link : links) link->send(wire::FrameKind::goodbye, 0, {});
  for (const auto& link : links) link->wait_until_written(deadline);
}

void Peers::close_all() {
  closing_ = true;
  listener_.reset();
  stranger_timer_->cancel();
  crossing_timer_->cancel();
  crossed_.clear();
  leftovers_timer_->cancel();
  leftovers_.clear();
  listening_for_fates_.reset();
  auto links = links_;
  for (auto& [key, entry] : links) {
    entry.link->send(wire::FrameKind::goodbye, 0, {});
    entry.link->close(failure(ErrorKind::cancelled, "this process ends"));
  }
}

}  // namespace circuit::lang
