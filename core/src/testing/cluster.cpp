#include <condition_variable>
#include <fmt/format.h>
#include <list>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

#include <circuit/testing.hpp>

#include "anchor/embedded/store.hpp"
#include "base/limits.hpp"
#include "runtime/own_session.hpp"
#include "runtime/state.hpp"
#include "runtime/worker.hpp"
#include "testing/memory_transport.hpp"

namespace circuit::runtime {

/// Runtimes made of given parts.
struct InProcess {
  static std::unique_ptr<Runtime> bare() { return std::unique_ptr<Runtime>(new Runtime(Runtime::Bare())); }
  static void give(Runtime& runtime, std::unique_ptr<State> state) { runtime.state_ = std::move(state); }
};

}  // namespace circuit::runtime

namespace circuit::testing {
namespace {

using runtime::InProcess;
using runtime::State;

/// No agent is looked for there.
constexpr const char* no_directory = "/nonexistent/circuit-testing";

/// One worker: its runtime, its life, and the thread that lives it.
class HostedWorker {
 public:
  HostedWorker(State::Identity identity, State::Replacements replacements, bool restarted)
      : runtime_(InProcess::bare()) {
    auto state = std::make_unique<State>(std::move(identity), spawn::AgentConnection::Start::never,
                                         runtime_.get(), std::move(replacements));
    State& parts = *state;
    InProcess::give(*runtime_, std::move(state));
    worker_ = std::make_unique<runtime::Worker>(parts, restarted);
    parts.set_worker(worker_.get());
    value_or_throw(parts.listen(std::nullopt));
    thread_ = std::thread([this, &parts] {
      worker_->live();
      session().close();
      parts.node().peers().say_goodbye(std::chrono::steady_clock::now() + limits::goodbye_wait);
      // Calls that its functions wait for end with this, and so do they.
      worker_->request_stop(std::chrono::milliseconds(0));
      parts.node().stop();
      worker_->join();
    });
  }
  ~HostedWorker() {
    stop(std::chrono::milliseconds(0));
    thread_.join();
    InProcess::give(*runtime_, nullptr);
  }

  /// Under these anchors and that of its host.
  void stand_under(const std::vector<std::string>& anchors) {
    std::vector<std::string> paths{"/host/" + address().host};
    for (const std::string& anchor : anchors)
      paths.push_back(value_or_throw(anchor::Path::parse(anchor)).string());
    session().add_all(paths);
  }
  void stop(std::chrono::milliseconds grace) { worker_->request_stop(grace); }
  const Address& address() const { return runtime_->address(); }

 private:
  runtime::OwnSession& session() const {
    return static_cast<runtime::OwnSession&>(*runtime_->state().anchors());
  }

  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<runtime::Worker> worker_;
  std::thread thread_;
};

}  // namespace

/// Launches workers in this process. They stay in the list until the cluster ends.
class Cluster::Workers final : public spawn::Launcher, public std::enable_shared_from_this<Workers> {
 public:
  Result<spawn::WorkerRecord> launch(const std::string& host, const spawn::SpawnOrder& order) override {
    if (order.restart.on != RestartOn::never)
      return failure(ErrorKind::refused, "a worker in this process cannot be started again");
    spawn::WorkerRecord record;
    record.function = order.function;
    std::shared_ptr<HostedWorker> worker;
    try {
      State::Identity own = identity(host, wire::Role::worker);
      own.function = order.function;
      worker = std::make_shared<HostedWorker>(std::move(own), replacements(), false);
      record.address = worker->address();
      {
        std::lock_guard lock(mutex_);
        if (ended_) return failure(ErrorKind::cancelled, "the cluster has ended");
        workers_.push_back(worker);
      }
      // Not before: who finds it there may want to end it.
      worker->stand_under(order.anchors);
    } catch (const Error& error) {
      if (worker) worker->stop(std::chrono::milliseconds(0));
      return error.failure();
    }
    return record;
  }

  Result<void> end(const spawn::KillOrder& order) override {
    std::lock_guard lock(mutex_);
    for (const auto& worker : workers_) {
      if (worker->address().id != order.worker) continue;
      worker->stop(std::chrono::milliseconds(order.signal != 0 ? 0 : order.grace_ms));
      return {};
    }
    return failure(ErrorKind::invalid, fmt::format("no worker {} runs here", order.worker.string()));
  }

  void end_all() {
    std::list<std::shared_ptr<HostedWorker>> workers;
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      workers.swap(workers_);
    }
    for (const auto& worker : workers) worker->stop(std::chrono::milliseconds(0));
  }

  State::Identity identity(const std::string& host, wire::Role role) {
    State::Identity identity;
    identity.role = role;
    identity.directory = no_directory;
    identity.address.id = WorkerId{random_.id()};
    identity.address.incarnation = random_.id();
    identity.address.host = host;
    identity.address.pid = ::getpid();
    identity.address.endpoint = "memory:" + identity.address.id.string();
    identity.recorder = value_or_throw(record::Recorder::create(identity.address.id.value));
    return identity;
  }

  State::Replacements replacements() {
    return {nullptr,
            [names = names_](link::Loop& loop) { return std::make_shared<MemoryTransport>(loop, names); },
            shared_from_this(), tree_->connect({}, {}).value()};
  }

 private:
  const std::shared_ptr<MemoryNames> names_ = std::make_shared<MemoryNames>();
  const std::shared_ptr<anchor::embedded::Store> tree_ = anchor::embedded::Store::in_memory();
  SystemRandom random_;
  std::mutex mutex_;
  bool ended_ = false;
  std::list<std::shared_ptr<HostedWorker>> workers_;
};

Cluster::Cluster(std::size_t workers) : workers_(std::make_shared<Workers>()), runtime_(InProcess::bare()) {
  auto state =
      std::make_unique<State>(workers_->identity("localhost", wire::Role::app),
                              spawn::AgentConnection::Start::never, runtime_.get(), workers_->replacements());
  value_or_throw(state->listen(std::nullopt));
  InProcess::give(*runtime_, std::move(state));
  for (std::size_t i = 0; i < workers; ++i) started_.push_back(runtime_->start_worker("localhost", {}));
}

Cluster::~Cluster() {
  workers_->end_all();
  runtime_.reset();
}

Runtime& Cluster::runtime() noexcept { return *runtime_; }

}  // namespace circuit::testing
