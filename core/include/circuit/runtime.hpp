// The runtime: a program's door to workers on any host.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <circuit/anchors.hpp>
#include <circuit/channel.hpp>
#include <circuit/death.hpp>
#include <circuit/detail/service.hpp>
#include <circuit/function.hpp>
#include <circuit/identity.hpp>
#include <circuit/reference.hpp>
#include <circuit/restart.hpp>
#include <circuit/store.hpp>
#include <circuit/x.hpp>

namespace circuit {

class Clock;
namespace anchor {
class Coordinator;
}
namespace link {
class Loop;
class Transport;
}  // namespace link
namespace spawn {
class Launcher;
}
namespace runtime {
class State;
struct InProcess;
}  // namespace runtime
namespace lang {
template <class...>
inline constexpr bool starts_with_options = false;
template <class First, class... Others>
inline constexpr bool starts_with_options<First, Others...> =
    std::is_same_v<std::remove_cvref_t<First>, SpawnOptions>;
}  // namespace lang

/// What a spawn returns: the result of the worker function, and where it ran.
template <class R>
struct Spawned {
  R value;
  Address worker;
};
template <>
struct Spawned<void> {
  Address worker;
};

/// What became of the spawn on one of several hosts: `result`, or else `error`.
template <class R>
struct SpawnOutcome {
  std::string host;
  std::optional<Spawned<R>> result;
  std::optional<Error> error;
};

struct KillOptions {
  /// 0: an ordered stop, and SIGKILL when the grace is over. Otherwise this signal, at once.
  int signal = 0;
  std::chrono::milliseconds grace{5000};
};

/// A spawn whose worker runs, and whose function has not been called yet.
class PendingSpawn {
 public:
  PendingSpawn(lang::TargetPointer functions, std::uint64_t function);
  /// The call of the function, which has no deadline.
  lang::OutgoingCall& call() noexcept { return call_; }
  void cancel_on(std::stop_token stop) { call_.cancel_on(std::move(stop)); }
  const Address& worker() const noexcept { return target_->address(); }

 private:
  lang::TargetPointer target_;
  lang::OutgoingCall call_;
};

/// What a spawn is to run, and where.
struct SpawnPlan {
  std::string host;
  std::vector<std::string> anchors;
  const lang::Function* function = nullptr;
};

/// One per program, usually; several may live side by side. Blocking functions throw circuit::Error.
/// Thread safety: any thread.
class Runtime {
 public:
  struct Options {
    /// The agent's directory on this host; empty: $CIRCUIT_DIR, else the user's own.
    std::string directory{};
    /// Runs worker functions of other programs' requests; false in tests that want a bare app.
    bool start_agent = true;
    /// The program that workers on this host run: a path, or the name of a program beside this one. It needs
    /// the functions that are spawned. Empty: this program itself.
    std::string worker_executable{};
    /// Parts that can be replaced, for simulations and tests; where empty, the system's are used. Their
    /// interfaces are the library's own: base/clock.hpp, link/transport.hpp, spawn/launcher.hpp,
    /// anchor/coordinator.hpp.
    std::shared_ptr<Clock> clock{};
    /// Makes the transport that works on this loop, on which all its callbacks come.
    std::function<std::shared_ptr<link::Transport>(link::Loop&)> transport{};
    /// Starts and ends workers in place of the agent.
    std::shared_ptr<spawn::Launcher> launcher{};
    /// A session with a tree of nodes, in which anchors() and channels by name stand in place of the agent's.
    /// This process leaves it when the runtime ends; the session itself is its owner's to end.
    std::shared_ptr<anchor::Coordinator> coordinator{};
  };

  /// In an app: connects to the agent of this host, which is started if there is none.
  /// In a worker process (an agent has started this program to run a function) the constructor does not
  /// return: it serves until the worker's life is over, and ends the process.
  Runtime(int argc, char** argv) : Runtime(argc, argv, Options()) {}
  Runtime(int argc, char** argv, Options options);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// This process.
  const Address& address() const noexcept;

  /// Starts a worker on `host`, registered under `anchors` (and `/host/<host>`), runs `function(args...)` in
  /// it and returns its result and the worker's address. The function has no deadline; what comes before it
  /// has 60 s.
  template <class F, class... Args>
  requires(!std::is_same_v<F, SpawnOptions>) auto spawn(const std::string& host,
                                                        const std::vector<std::string>& anchors, F function,
                                                        Args&&... args) {
    return finish<F>(begin_spawn(host, anchors, lang::function_entry(function)), std::forward<Args>(args)...);
  }
  /// The same for a function that has no CIRCUIT_FUNCTION: spawn<greet>("localhost", {}, "world"). Another
  /// build of the program has no such function; it refuses.
  template <auto Function, class... Args>
  requires(!lang::starts_with_options<Args...>) auto spawn(const std::string& host,
                                                           const std::vector<std::string>& anchors,
                                                           Args&&... args) {
    return finish<decltype(Function)>(begin_spawn(host, anchors, lang::function_entry<Function>()),
                                      std::forward<Args>(args)...);
  }
  /// The same with options; with a restart policy the arguments and the result hold no references or
  /// channels. While restarts remain, neither a worker's death nor an exception of the function is final:
  /// this returns the first result, whichever worker gave it, and that worker's address. It throws when the
  /// worker is not started again: the last failure, with the reason. Once it has returned, the agent calls
  /// the function in workers that are started again. A restart needs this process, unless the function has
  /// daemonized.
  template <class F, class... Args>
  auto spawn(const std::string& host, const std::vector<std::string>& anchors, const SpawnOptions& options,
             F function, Args&&... args) {
    return spawn_with<F>(host, anchors, options, lang::function_entry(function), std::forward<Args>(args)...);
  }
  template <auto Function, class... Args>
  auto spawn(const std::string& host, const std::vector<std::string>& anchors, const SpawnOptions& options,
             Args&&... args) {
    return spawn_with<decltype(Function)>(host, anchors, options, lang::function_entry<Function>(),
                                          std::forward<Args>(args)...);
  }
  /// The same on each of `hosts`, on all of them at once: an outcome for each, in their order. A host that
  /// fails takes nothing from the others. At most limits::spawns_at_once hosts: each takes a thread. To an
  /// object whose method calls this, calls back from the workers are those of others: they wait for it to
  /// return.
  template <class F, class... Args>
  auto spawn_all(const std::vector<std::string>& hosts, const std::vector<std::string>& anchors, F function,
                 const Args&... args) {
    using Result = lang::ValueOf<typename lang::SpawnSignature<F>::Result>;
    const lang::Function& entry = lang::function_entry(function);
    std::vector<SpawnOutcome<Result>> outcomes(hosts.size());
    side_by_side(hosts.size(), [&](std::size_t i) {
      outcomes[i].host = hosts[i];
      outcomes[i].error = error_of(
          [&] { outcomes[i].result.emplace(finish<F>(begin_spawn(hosts[i], anchors, entry), args...)); });
    });
    return outcomes;
  }

  /// The same as the first spawn() with an Asio completion token, whose signature is void(std::exception_ptr,
  /// Spawned<Result>): see circuit/async.hpp, which has to be included. The arguments are copied at once. A
  /// cancel stops the spawn, or its function. Starting the worker takes a thread of this runtime; the
  /// function takes none here.
  template <class Token, class F, class... Args>
  auto async_spawn(Token&& token, const std::string& host, const std::vector<std::string>& anchors,
                   F function, Args&&... args) {
    using Arguments = typename lang::SpawnSignature<F>::Arguments;
    return lang::AsyncSpawn<F, std::remove_reference_t<Token>>::start(
        *this, token, {host, anchors, &lang::function_entry(function)},
        Arguments(std::forward<Args>(args)...));
  }

  /// Starts a worker without a function, registered under `anchors` (and `/host/<host>`). It lives until it
  /// is killed or released, or until this process is dead. At most 60 s.
  Address start_worker(const std::string& host, const std::vector<std::string>& anchors);
  /// Runs `function(args...)` in a worker that lives, usually one of start_worker(), any number of times and
  /// also at once, and returns its result. Without a deadline.
  template <class F, class... Args>
  auto run(const Address& worker, F function, Args&&... args) {
    return finish_run<F>(PendingSpawn(functions_of(worker), lang::function_entry(function).id),
                         std::forward<Args>(args)...);
  }
  template <auto Function, class... Args>
  auto run(const Address& worker, Args&&... args) {
    return finish_run<decltype(Function)>(
        PendingSpawn(functions_of(worker), lang::function_entry<Function>().id), std::forward<Args>(args)...);
  }
  /// A worker of start_worker() is no longer kept: it ends when its functions and background work have, and
  /// nobody holds a reference into it.
  void release(const Address& worker);

  /// Ends a worker, on its own host, by its pid and start time: a reused pid is never hit. Returns when the
  /// request or the signal is out.
  void kill(const Address& worker, KillOptions options = {});

  /// Calls `handler` once, on a thread of this runtime, when that worker or app is dead, at once if it is
  /// already; for the process of a reference: when_dead(reference.address(), ...). Ends with this runtime.
  void when_dead(const Address& process, std::function<void(const Death&)> handler);
  /// Blocks until that worker or app is dead, and says how it ended; nullopt: it lived at the end of the
  /// time. Without `timeout`: for as long as it takes.
  std::optional<Death> await_death(const Address& process,
                                   std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  /// The anchor tree: who stands where, in the whole cluster.
  Anchors anchors();

  /// A new channel that lives in this process. Its queue takes `capacity` values, and senders wait for room;
  /// with 0 they wait for a receiver. Without a capacity it takes all values up to its limit in bytes.
  template <class T>
  Channel<T> channel(std::size_t capacity = lang::unbounded) {
    return Channel<T>(lang::make_local_target(node(), lang::make_channel_servant<T>(capacity)));
  }

  /// Offers a channel of this process to the whole cluster, by a name that is an anchor: `/jobs/queue`. This
  /// process stands under it until withdraw_channel() or its own end, with which the name is gone. Of all who
  /// offer a name one succeeds. An offer keeps no worker alive, and a channel that is closed stays offered.
  /// Throws Error: `refused` where somebody else stands under that anchor or below it, or this process offers
  /// the name already; `invalid` for a path that is no anchor, and for a channel of another process, which
  /// alone can offer it; `overloaded` when this process has too many services or anchors; and what
  /// Anchors::add does, where nothing is offered then.
  template <class T>
  void offer_channel(std::string_view name, const Channel<T>& channel) {
    offer_channel(name, channel.target());
  }
  /// Takes the name away, and this process out of that anchor. The channel, and the ends that others hold,
  /// stay. Where this process does not offer that name, nothing happens.
  void withdraw_channel(std::string_view name);
  /// An end of the channel that is offered under that name, in whatever process; waits at most that long for
  /// somebody to offer it. Throws Error: `unreachable` when nobody does, after a wait `deadline`; `refused`,
  /// with both types, when it is no channel of T; and what Directory::files() and a call throw. Where the
  /// tree had lost sight of a host for so long that a second process got the name, the end is of the one that
  /// started first.
  template <class T>
  Channel<T> open_channel(std::string_view name, std::chrono::milliseconds wait = {}) {
    return Channel<T>(find_channel(name, lang::channel_interface<T>(), wait));
  }

  /// A reference to an object of this process, which lives as long as anyone refers to it. All references to
  /// one object are alike: calls through any of them take turns.
  template <class T>
  Ref<T> ref(std::shared_ptr<T> object) {
    return Ref<T>(lang::make_object_target(node(), std::move(object), lang::interface_of<T>()));
  }
  /// The same for an object that is made here.
  template <class T, class... Args>
  Ref<T> make(Args&&... args) {
    return ref(std::make_shared<T>(std::forward<Args>(args)...));
  }

  /// A permanent reference to an object of this process, which is kept until the process ends.
  template <class T>
  PermRef<T> perm_ref(std::shared_ptr<T> object) {
    return PermRef<T>(ref(std::move(object)));
  }

  /// What export_values() has made bytes of, here or in another program, whose types may be older or newer:
  /// as with calls, fields may be added and removed. Throws Error{invalid} for bytes that are something else,
  /// and for values of other types, with both descriptors.
  template <class... Values>
  std::tuple<Values...> import_values(ByteView bytes) {
    return lang::import_values<Values...>(node(), bytes);
  }

  /// Offers an object of this process to everyone, under a name. Throws Error{invalid} when the name is
  /// taken. A service keeps no worker alive.
  template <class T>
  void listen(const std::string& service, std::shared_ptr<T> object) {
    listen(service, ref(std::move(object)));
  }
  template <class T>
  void listen(const std::string& service, const Ref<T>& object) {
    lang::listen(node(), service, object.target());
  }
  /// Takes the name away. References that dials have given stay.
  void unlisten(const std::string& service) { lang::unlisten(node(), service); }

  /// A counted reference to a service of another process, or of this one. Throws Error: `refused` when there
  /// is none of that name, `invalid` when it is no T, and what a call throws.
  template <class T>
  Ref<T> dial(const Address& process, const std::string& service) {
    return lang::dial(node(), process, service).template as<T>();
  }
  /// The same; nothing when there is no service of that name. All other errors are thrown.
  template <class T>
  std::optional<Ref<T>> try_dial(const Address& process, const std::string& service) {
    X found = lang::try_dial(node(), process, service);
    return found ? std::optional(found.as<T>()) : std::nullopt;
  }
  /// A service of this process.
  template <class T>
  Ref<T> dial_self(const std::string& service) {
    return dial<T>(address(), service);
  }

  /// In a worker: `body` goes on after the worker function has returned, and keeps the worker alive until it
  /// ends, also when the spawner is gone. Once per worker.
  void daemonize(std::function<void(std::stop_token)> body);
  /// In a worker: `body` runs on a thread of its own, and keeps the worker alive until it ends.
  void run_in_back(std::function<void(std::stop_token)> body);
  /// In a worker: stop is requested when the worker is to end.
  std::stop_token stop_token() const noexcept;

  /// For the library's own parts.
  lang::Node& node() noexcept;
  runtime::State& state() noexcept { return *state_; }

 private:
  friend struct runtime::InProcess;
  template <class Function, class Token>
  friend struct lang::AsyncSpawn;
  /// Without parts yet: whoever makes it gives them to it.
  struct Bare {};
  explicit Runtime(Bare);

  PendingSpawn begin_spawn(const std::string& host, const std::vector<std::string>& anchors,
                           const lang::Function& function);
  lang::TargetPointer functions_of(const Address& worker);
  void offer_channel(std::string_view name, const lang::TargetPointer& channel);
  lang::TargetPointer find_channel(std::string_view name, const std::string& interface,
                                   std::chrono::milliseconds wait);

  /// The result of a spawn whose worker may have been started again, and where it comes from.
  struct Restarted {
    lang::Reply reply;
    Address worker;
  };
  Restarted spawn_restarted(const std::string& host, const std::vector<std::string>& anchors,
                            const Restart& restart, const lang::Function& function, Buffer arguments);

  template <class F, class... Args>
  auto spawn_with(const std::string& host, const std::vector<std::string>& anchors,
                  const SpawnOptions& options, const lang::Function& function, Args&&... args) {
    using S = lang::SpawnSignature<F>;
    using Result = lang::ValueOf<typename S::Result>;
    if (options.restart.on == RestartOn::never)
      return finish<F>(begin_spawn(host, anchors, function), std::forward<Args>(args)...);
    Buffer arguments;
    Encoder encoder(arguments);
    lang::encode_arguments_as(static_cast<typename S::Arguments*>(nullptr), encoder,
                              std::forward<Args>(args)...);
    Restarted done = spawn_restarted(host, anchors, options.restart, function, std::move(arguments));
    if constexpr (std::is_void_v<Result>)
      return Spawned<void>{std::move(done.worker)};
    else
      return Spawned<Result>{done.reply.template value<Result>(), std::move(done.worker)};
  }

  /// Sends the call and waits for its result.
  template <class F, class... Args>
  static auto finish_run(PendingSpawn&& pending, Args&&... args) {
    using S = lang::SpawnSignature<F>;
    return lang::run_call<lang::ValueOf<typename S::Result>>(
        pending.call(), static_cast<typename S::Arguments*>(nullptr), std::forward<Args>(args)...);
  }
  template <class F, class... Args>
  static auto finish(PendingSpawn&& pending, Args&&... args) {
    using Result = lang::ValueOf<typename lang::SpawnSignature<F>::Result>;
    Address worker = pending.worker();
    if constexpr (std::is_void_v<Result>) {
      finish_run<F>(std::move(pending), std::forward<Args>(args)...);
      return Spawned<void>{std::move(worker)};
    } else {
      return Spawned<Result>{finish_run<F>(std::move(pending), std::forward<Args>(args)...),
                             std::move(worker)};
    }
  }
  /// Runs body(0), body(1)... each on a thread of its own, and returns when all have ended.
  void side_by_side(std::size_t count, const std::function<void(std::size_t)>& body);
  /// What `body` threw, as an Error.
  static std::optional<Error> error_of(const std::function<void()>& body);

  std::unique_ptr<runtime::State> state_;
};

/// The runtime of the call that runs on this thread. Throws Error{invalid} outside a call.
Runtime& here();

}  // namespace circuit
