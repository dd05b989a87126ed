// What answers calls: an object of this process, and the rules by which calls enter it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <circuit/interface.hpp>

#include "lang/incoming_call.hpp"

namespace circuit::lang {

class Pool;

/// Takes calls. Thread safety: handle() from any thread; it must not block.
class Servant : public std::enable_shared_from_this<Servant> {
 public:
  virtual ~Servant() = default;
  virtual const std::string& interface() const = 0;
  /// Its name, and what it can stand for besides.
  virtual InterfaceNames interfaces() const { return interface(); }
  /// Answers now, later, or from another thread.
  virtual void handle(IncomingCallPointer call) = 0;
  /// The caller of a call that has not been answered waits no longer. On the loop.
  virtual void call_given_up(std::uint64_t /*recorded*/) {}
  /// A process that held references to this is dead: calls of its that wait here are dropped.
  virtual void caller_died(const Peer&) {}
  /// The node ends: all calls that wait here are dropped.
  virtual void drop_calls() {}
};
using ServantPointer = std::shared_ptr<Servant>;

/// Runs a thunk for a call and answers it: the result, or what it threw.
void run_thunk(IncomingCall& call, Thunk thunk, void* object);
/// The same, also when nobody waits for the answer any more. False: it threw, or its arguments did not fit.
bool run_thunk_always(IncomingCall& call, Thunk thunk, void* object);

/// One at a time, in the order of arrival, but a call from within the chain that is inside may enter: the
/// chain is blocked at this very moment, waiting for that call. Thread safety: any thread.
class Strand {
 public:
  /// True: the caller runs the call now and then calls leave(). False: the call waits in here.
  bool enter(IncomingCallPointer& call);
  /// The chain goes out; returns the next call, which is inside by then, if one waits.
  IncomingCallPointer leave();
  /// Drops the calls that wait; of null: those of everyone.
  void drop_calls_of(const Peer* peer);

 private:
  std::mutex mutex_;
  std::uint64_t chain_ = 0;
  std::uint64_t holder_ = 0;
  std::size_t nested_ = 0;
  std::deque<IncomingCallPointer> waiting_;
};

/// An object of a class with a CIRCUIT_INTERFACE.
class ObjectServant final : public Servant {
 public:
  ObjectServant(std::shared_ptr<void> object, const Interface& interface)
      : object_(std::move(object)), interface_(interface) {}

  const std::string& interface() const override { return interface_.name; }
  InterfaceNames interfaces() const override { return {interface_.name, interface_.bases}; }
  void handle(IncomingCallPointer call) override;
  void caller_died(const Peer& peer) override { strand_.drop_calls_of(&peer); }
  void drop_calls() override { strand_.drop_calls_of(nullptr); }

 private:
  void submit(IncomingCallPointer call);
  void run_on_loop(IncomingCallPointer call, Thunk thunk);

  const std::shared_ptr<void> object_;
  const Interface& interface_;
  Strand strand_;
};

/// The servants of this process's objects, found by their object, so that no object gets two.
/// Thread safety: any thread.
class ObjectServants {
 public:
  ServantPointer servant_of(std::shared_ptr<void> object, const Interface& interface);

 private:
  using Key = std::pair<const void*, const Interface*>;

  std::mutex mutex_;
  std::map<Key, std::weak_ptr<Servant>> servants_;
  /// When the table has grown to this, those that have gone are taken out.
  std::size_t sweep_at_ = 64;
};

/// The worker functions of this process: the object that a spawn calls. Each function runs once for each
/// call, on a thread of its own from the pool.
class FunctionServant final : public Servant {
 public:
  const std::string& interface() const override;
  void handle(IncomingCallPointer call) override;
};

}  // namespace circuit::lang
