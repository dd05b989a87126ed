// The runtime: a program's door to workers on any host.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <circuit/channel.hpp>
#include <circuit/detail/service.hpp>
#include <circuit/function.hpp>
#include <circuit/identity.hpp>
#include <circuit/reference.hpp>
#include <circuit/store.hpp>
#include <circuit/x.hpp>

namespace circuit {

namespace runtime {
class State;
}

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

struct KillOptions {
  /// 0: an ordered stop, and SIGKILL when the grace is over. Otherwise this signal, at once.
  int signal = 0;
  std::chrono::milliseconds grace{5000};
};

/// A spawn whose worker runs, and whose function has not been called yet.
class PendingSpawn {
 public:
  PendingSpawn(lang::TargetPointer functions, std::uint64_t function);
  lang::OutgoingCall& call() noexcept { return call_; }
  const Address& worker() const noexcept { return target_->address(); }

 private:
  lang::TargetPointer target_;
  lang::OutgoingCall call_;
};

/// One per program, usually; several may live side by side. Blocking functions throw circuit::Error.
/// Thread safety: any thread.
class Runtime {
 public:
  struct Options {
    /// The agent's directory on this host; empty: $CIRCUIT_DIR, else the user's own.
    std::string directory;
    /// Runs worker functions of other programs' requests; false in tests that want a bare app.
    bool start_agent = true;
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
  auto spawn(const std::string& host, const std::vector<std::string>& anchors, F function, Args&&... args) {
    using S = lang::SpawnSignature<F>;
    using Result = lang::ValueOf<typename S::Result>;
    PendingSpawn pending = begin_spawn(host, anchors, lang::function_entry(function));
    constexpr auto parameters = static_cast<typename S::Arguments*>(nullptr);
    if constexpr (std::is_void_v<Result>) {
      lang::run_call<void>(pending.call(), parameters, std::forward<Args>(args)...);
      return Spawned<void>{pending.worker()};
    } else {
      Result value = lang::run_call<Result>(pending.call(), parameters, std::forward<Args>(args)...);
      return Spawned<Result>{std::move(value), pending.worker()};
    }
  }

  /// Ends a worker, on its own host, by its pid and start time: a reused pid is never hit. Returns when the
  /// request or the signal is out.
  void kill(const Address& worker, KillOptions options = {});

  /// A new unbounded channel that lives in this process.
  template <class T>
  Channel<T> channel() {
    return Channel<T>(lang::make_local_target(node(), lang::make_channel_servant<T>()));
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
  PendingSpawn begin_spawn(const std::string& host, const std::vector<std::string>& anchors,
                           const lang::Function& function);

  std::unique_ptr<runtime::State> state_;
};

/// The runtime of the call that runs on this thread. Throws Error{invalid} outside a call.
Runtime& here();

}  // namespace circuit
