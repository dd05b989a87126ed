// One participant: its identity, its tables, and the threads that serve them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include <circuit/detail/call.hpp>
#include <circuit/function.hpp>

#include "base/random.hpp"
#include "lang/calls.hpp"
#include "lang/cancel_point.hpp"
#include "lang/dispatcher.hpp"
#include "lang/exports.hpp"
#include "lang/handovers.hpp"
#include "lang/imports.hpp"
#include "lang/incoming_calls.hpp"
#include "lang/life.hpp"
#include "lang/peers.hpp"
#include "lang/pool.hpp"
#include "lang/results.hpp"
#include "lang/services.hpp"
#include "lang/signatures.hpp"

namespace circuit {
class Runtime;
}

namespace circuit::lang {

class ExecutorTarget;

/// What a process does with the calls to its worker functions.
class FunctionHost {
 public:
  virtual ~FunctionHost() = default;
  /// Whether the call may run; refuses it itself if not. Any thread.
  virtual bool admit(IncomingCall& call, const Function& function) = 0;
  /// One that was admitted has ended, and its answer is on the way. `returned`: with a result.
  virtual void ended(bool returned) = 0;
};

/// Told of peers. Calls come on the loop.
class NodeObserver {
 public:
  virtual ~NodeObserver() = default;
  virtual void peer_opened(const PeerPointer&) {}
  virtual void peer_died(const PeerPointer&, const Failure&) {}
  virtual void peer_lost(const PeerPointer&, const Failure&) {}
};

/// Wires the tables. Everything it is made of can be replaced: a whole cluster of nodes runs in one process
/// in tests. Thread safety: any thread, where a table does not say otherwise. It is stopped and destroyed by
/// a thread that is neither the loop's nor the pool's, when no thread of the program's own makes a call
/// through it any more. References may outlive it; calls through them fail.
class Node final : public PeerEvents {
 public:
  struct Parts {
    Address address;
    wire::Role role = wire::Role::app;
    link::Loop* loop = nullptr;
    link::Transport* transport = nullptr;
    Random* random = nullptr;
    std::unique_ptr<record::Recorder> recorder;
    /// The circuit::Runtime that owns this node; here() gives it. May be null.
    Runtime* runtime = nullptr;
  };

  explicit Node(Parts parts);
  ~Node() override;

  const Address& own_address() const noexcept { return peers_.own_address(); }
  WorkerId own_id() const noexcept { return own_address().id; }
  Runtime* runtime() const noexcept { return runtime_; }
  link::Loop& loop() noexcept { return loop_; }
  const Clock& clock() const noexcept { return loop_.clock(); }
  record::Recorder& recorder() noexcept { return *recorder_; }
  Peers& peers() noexcept { return peers_; }
  Calls& calls() noexcept { return calls_; }
  Exports& exports() noexcept { return exports_; }
  Imports& imports() noexcept { return imports_; }
  Handovers& handovers() noexcept { return handovers_; }
  Results& results() noexcept { return results_; }
  Dispatcher& dispatcher() noexcept { return dispatcher_; }
  IncomingCalls& incoming_calls() noexcept { return incoming_calls_; }
  ObjectServants& servants() noexcept { return servants_; }
  Services& services() noexcept { return services_; }
  Signatures& signatures() noexcept { return signatures_; }
  Pool& pool() noexcept { return pool_; }
  const std::shared_ptr<Life>& life() const noexcept { return life_; }
  /// The one executor of this node; `make` makes it at the first use, which few programs have.
  std::shared_ptr<ExecutorTarget> executor(
      std::shared_ptr<ExecutorTarget> (*make)(const std::shared_ptr<const Life>&));

  void set_function_host(FunctionHost* host) { host_ = host; }
  void set_observer(NodeObserver* observer) { observer_ = observer; }

  /// Sends a call; `peer` null: to this process itself. `waiter` is completed once, on the loop, whatever
  /// happens. `body` is the head's room and the arguments; the head is filled in here.
  void send_call(const PeerPointer& peer, wire::CallHead head, Buffer body, ReferenceSession& references,
                 CallTerms terms, Waiter& waiter);
  /// The two halves of that. The first checks, fills the head in, takes a slot and gives the call its id;
  /// where it fails, the waiter is none. The second sends `body`, or takes it, and may be left out or come
  /// later.
  Result<std::uint64_t> begin_call(const PeerPointer& peer, wire::CallHead& head, Buffer& body,
                                   const CallTerms& terms, Waiter& waiter);
  void transmit(const PeerPointer& peer, std::uint64_t call, Buffer& body, ReferenceSession& references,
                const CallTerms& terms);
  /// Completes the waiter of a call that has no id, on the loop.
  void fail_call(Waiter& waiter, Failure failure);
  /// Writes the time that remains into the head. False: none.
  bool set_remaining(wire::CallHead& head, std::uint64_t deadline_ns) const;
  /// The caller waits no longer for a call that has been sent: its waiter is completed with `cancelled`, and
  /// the callee told. Nothing happens when the call has ended.
  void cancel_call(std::uint64_t call);
  void send_answer(const PeerPointer& peer, wire::FrameKind kind, std::uint64_t call, Buffer body,
                   ReferenceSession& references);

  /// A head for a call made on this thread: chain, parent, depth and deadline are those of the call that runs
  /// here. `blocking`: the caller waits, so that what it calls may enter what it holds.
  wire::CallHead head_for(std::uint64_t object, std::uint64_t method, bool blocking) const;
  /// A chain that no call belongs to yet.
  std::uint64_t new_chain() const noexcept;
  /// When a call with these options ends, in ns of the clock; 0: never.
  std::uint64_t deadline_for(const CallOptions& options) const;

  void claim(const PeerPointer& owner, std::uint64_t object, const std::vector<WorkerId>& givers,
             std::unique_ptr<Waiter> waiter);
  void tell_settled(const PeerPointer& giver, std::uint64_t handover);
  /// The results of that call are called by its id no more. `callee` null: this process.
  void tell_forgotten(const PeerPointer& callee, std::uint64_t call);
  void tell_dropped(const PeerPointer& owner, const wire::Drop& drop);

  bool admit_function(IncomingCall& call, const Function& function);
  void function_ended(bool returned);

  /// Says goodbye, ends the calls in flight with `cancelled`, joins the pool and lets all objects go. When it
  /// returns, nothing of this node runs any more, and the loop may stop.
  void stop();

 private:
  void peer_opened(const PeerPointer& peer) override;
  void peer_message(const PeerPointer& peer, wire::Message& message) override;
  void peer_died(const PeerPointer& peer, const Failure& verdict) override;
  void peer_lost(const PeerPointer& peer, const Failure& reason,
                 const std::vector<UnsentMessage>& unsent) override;
  void answer_arrived(const PeerPointer& peer, wire::Message& message);
  /// Tells the calls that match, and those made within them, that nobody waits for them; what is returned has
  /// to be requested, not on the loop. On the loop.
  [[nodiscard]] std::vector<std::stop_source> give_up_incoming(
      const std::function<bool(const IncomingCall&)>& match);
  /// What listens to a stop token is the user's code: it may take its time, and make calls.
  void request_in_pool(std::vector<std::stop_source> stops);

  link::Loop& loop_;
  Random& random_;
  Runtime* const runtime_;
  const std::unique_ptr<record::Recorder> recorder_;
  FunctionHost* host_ = nullptr;
  NodeObserver* observer_ = nullptr;
  mutable std::atomic<std::uint64_t> chains_;
  std::atomic<bool> stopped_{false};
  const std::shared_ptr<Life> life_ = std::make_shared<Life>(*this);

  Calls calls_;
  IncomingCalls incoming_calls_;
  ObjectServants servants_;
  Services services_;
  Signatures signatures_;
  Exports exports_;
  Handovers handovers_;
  Results results_;
  Imports imports_;
  Peers peers_;
  Dispatcher dispatcher_;
  Pool pool_;
  std::once_flag executor_made_;
  std::shared_ptr<ExecutorTarget> executor_;
};

}  // namespace circuit::lang
