#include "anchor/zookeeper/session.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/anchor_path.hpp"

namespace circuit::anchor::zookeeper {
namespace {

using Steady = std::chrono::steady_clock;

Answer refusal(Code code) {
  Answer answer;
  answer.code = code;
  return answer;
}

/// One answer, for whoever waits for it.
class Pending {
 public:
  void set(Answer answer) {
    std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
    changed_.notify_all();
  }
  std::optional<Answer> wait(std::chrono::milliseconds within) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, within, [this] { return answer_.has_value(); });
    return std::exchange(answer_, std::nullopt);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Answer> answer_;
};

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:.3g} s", static_cast<double>(time.count()) / 1000.0);
}

}  // namespace

// -- beginning and end --------------------------------------------------------------------------------------

Session::Session(const Options& options, SessionListener listener)
    : options_(options), listener_(std::move(listener)) {}

Outcome<std::shared_ptr<Session>> Session::connect(const Options& options,
                                                   std::optional<SessionCredentials> credentials,
                                                   SessionListener listener) {
  std::shared_ptr<Session> session(new Session(options, std::move(listener)), Deleter{});
  if (auto begun = session->begin(std::move(credentials)); !begun) return begun.error();
  return session;
}

Outcome<void> Session::begin(std::optional<SessionCredentials> credentials) {
  const bool resumed = credentials.has_value();
  auto client = Client::open({options_.where.servers, options_.timeout, std::move(credentials)}, *this);
  if (!client) return client.error();
  client_ = std::move(*client);
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, options_.connect_wait, [this] { return standing_ != Standing::connecting; });
    if (standing_ == Standing::connecting)
      return CoordinatorError{
          Code::connection_loss,
          fmt::format("no ZooKeeper answers at {} within {}; `circuit zookeeper` starts one here",
                      options_.where.servers, seconds(options_.connect_wait)),
          {}};
    if (standing_ == Standing::expired)
      return CoordinatorError{Code::session_expired,
                              resumed ? "the session is over, or the password is not its own"
                                      : "the session ended before it began",
                              {}};
  }
  credentials_ = client_->session();
  return make_chroot();
}

Outcome<void> Session::make_chroot() {
  if (options_.where.chroot.empty()) return {};
  auto present = exists("/", {});
  if (!present) return present.error();
  if (*present) return {};
  const std::string& chroot = options_.where.chroot;
  for (std::size_t end = chroot.find('/', 1);; end = chroot.find('/', end + 1)) {
    std::string above = chroot.substr(0, end);
    Answer made = ask(Repeat::when_lost, [&](Client& client, Completion done) {
      client.create(above, {}, Mode::persistent, std::move(done));
    });
    if (made.code && made.code != Code::node_exists) return error_of(made, above);
    if (end == std::string::npos) return {};
  }
}

Session::~Session() {
  {
    std::lock_guard lock(mutex_);
    standing_ = Standing::closed;
  }
  client_.reset();
}

void Session::Deleter::operator()(Session* session) const {
  {
    std::lock_guard lock(session->mutex_);
    session->standing_ = Standing::closed;
    if (session->client_thread_ == std::this_thread::get_id()) {
      // The client's thread cannot wait for its own end.
      std::thread([session] { delete session; }).detach();
      return;
    }
  }
  delete session;
}

Outcome<void> Session::close() {
  Standing before;
  {
    std::lock_guard lock(mutex_);
    before = std::exchange(standing_, Standing::closed);
    changed_.notify_all();
  }
  if (before == Standing::closed) return {};
  client_->close();
  // The client's thread has ended, so that nothing else is told meanwhile.
  for (Waiting& each : take_watches()) each.watch({WatchEventKind::lost, each.path});
  if (before == Standing::expired) return {};
  return end_session(options_.where.servers, credentials_, limits::zookeeper_farewell);
}

// -- what the client tells ----------------------------------------------------------------------------------

void Session::connected() {
  {
    std::lock_guard lock(mutex_);
    client_thread_ = std::this_thread::get_id();
    const bool first = standing_ == Standing::connecting;
    if (!first && standing_ != Standing::suspended) return;
    standing_ = Standing::connected;
    changed_.notify_all();
    if (first) return;
  }
  if (listener_) listener_(SessionEvent::connected);
}

void Session::suspended() {
  {
    std::lock_guard lock(mutex_);
    if (standing_ != Standing::connected) return;
    standing_ = Standing::suspended;
    suspended_at_ = Steady::now();
  }
  if (listener_) listener_(SessionEvent::suspended);
}

void Session::expired() {
  {
    std::lock_guard lock(mutex_);
    if (standing_ == Standing::closed) return;
    const bool first = standing_ == Standing::connecting;
    standing_ = Standing::expired;
    changed_.notify_all();
    if (first) return;
  }
  if (listener_) listener_(SessionEvent::expired);
  for (Waiting& each : take_watches()) each.watch({WatchEventKind::lost, each.path});
}

void Session::fired(std::uint64_t watch, WatchEventKind kind) {
  Waiting waiting;
  {
    std::lock_guard lock(mutex_);
    auto found = watches_.find(watch);
    if (standing_ == Standing::closed || found == watches_.end()) return;
    waiting = std::move(found->second);
    watches_.erase(found);
  }
  waiting.watch({kind, std::move(waiting.path)});
}

std::vector<Session::Waiting> Session::take_watches() {
  std::lock_guard lock(mutex_);
  std::vector<Waiting> all;
  for (auto& [number, waiting] : watches_) all.push_back(std::move(waiting));
  watches_.clear();
  return all;
}

// -- asking -------------------------------------------------------------------------------------------------

std::string Session::node(const std::string& path) const {
  if (options_.where.chroot.empty()) return path;
  return path == "/" ? options_.where.chroot : options_.where.chroot + path;
}

std::optional<Answer> Session::await_connection() {
  std::unique_lock lock(mutex_);
  if (standing_ == Standing::suspended)
    changed_.wait_until(lock, suspended_at_ + limits::zookeeper_reconnect,
                        [this] { return standing_ != Standing::suspended; });
  switch (standing_) {
    case Standing::connecting:
    case Standing::connected: return std::nullopt;
    case Standing::suspended: return refusal(Code::connection_loss);
    case Standing::expired: return refusal(Code::session_expired);
    case Standing::closed: break;
  }
  return refusal(Code::closing);
}

Answer Session::await_answer(const Send& send) {
  auto pending = std::make_shared<Pending>();
  send(*client_, [pending](Answer answer) { pending->set(std::move(answer)); });
  auto answer = pending->wait(limits::zookeeper_answer);
  return answer ? *std::move(answer) : refusal(Code::connection_loss);
}

Answer Session::ask(Repeat repeat, const Send& send) {
  Answer answer;
  for (int i = 0; i < limits::anchor_questions; ++i) {
    if (auto barred = await_connection()) return *std::move(barred);
    answer = await_answer(send);
    if (answer.code != Code::connection_loss || repeat == Repeat::never) break;
  }
  return answer;
}

Answer Session::ask_and_watch(const std::string& path, Watch watch, bool missing_is_an_answer,
                              const std::function<void(Client&, std::uint64_t, Completion)>& send) {
  std::uint64_t number = 0;
  if (watch) {
    std::lock_guard lock(mutex_);
    number = ++last_watch_;
    watches_[number] = {path, std::move(watch)};
  }
  Answer answer =
      ask(Repeat::when_lost, [&](Client& client, Completion done) { send(client, number, std::move(done)); });
  if (number != 0 && answer.code && !(missing_is_an_answer && answer.code == Code::no_node)) {
    std::lock_guard lock(mutex_);
    watches_.erase(number);
  }
  return answer;
}

CoordinatorError Session::error_of(const Answer& answer, std::string_view path) const {
  const Code code = answer.code.value_or(Code::refused);
  std::string text;
  switch (code) {
    case Code::no_node:
      text = fmt::format("the node {} or its parent does not exist", in_quotes(path));
      break;
    case Code::node_exists: text = fmt::format("the node {} exists already", in_quotes(path)); break;
    case Code::not_empty: text = fmt::format("the node {} has children", in_quotes(path)); break;
    case Code::bad_version: text = fmt::format("the node {} has another version", in_quotes(path)); break;
    case Code::no_children_for_ephemerals:
      text = fmt::format("the parent of the node {} is ephemeral and can have no children", in_quotes(path));
      break;
    case Code::connection_loss:
      text = fmt::format("the connection to ZooKeeper at {} is lost", options_.where.servers);
      break;
    case Code::session_expired: text = "the session with ZooKeeper is over"; break;
    case Code::closing: text = "the coordinator was closed"; break;
    case Code::invalid:
    case Code::refused:
      text = fmt::format("ZooKeeper at {} refuses the request for the node {}: {}", options_.where.servers,
                         in_quotes(path), answer.text);
      break;
  }
  return {code, std::move(text), answer.operation};
}

Outcome<Stat> Session::create(const std::string& path, std::string_view data, Mode mode) {
  if (auto good = check_node_path(path); !good) return good.error();
  if (auto good = check_node_data(path, data); !good) return good.error();
  Answer answer = ask(Repeat::never, [&](Client& client, Completion done) {
    client.create(node(path), data, mode, std::move(done));
  });
  if (answer.code) return error_of(answer, path);
  return answer.stat;
}

Outcome<void> Session::remove(const std::string& path, std::int32_t version) {
  if (auto good = check_node_path(path); !good) return good.error();
  Answer answer = ask(Repeat::never, [&](Client& client, Completion done) {
    client.remove(node(path), version, std::move(done));
  });
  if (answer.code) return error_of(answer, path);
  return {};
}

Outcome<Stat> Session::set(const std::string& path, std::string_view data, std::int32_t version) {
  if (auto good = check_node_path(path); !good) return good.error();
  if (auto good = check_node_data(path, data); !good) return good.error();
  Answer answer = ask(Repeat::never, [&](Client& client, Completion done) {
    client.set(node(path), data, version, std::move(done));
  });
  if (answer.code) return error_of(answer, path);
  return answer.stat;
}

Outcome<NodeContent> Session::get(const std::string& path, Watch watch) {
  if (auto good = check_node_path(path); !good) return good.error();
  Answer answer = ask_and_watch(path, std::move(watch), false,
                                [&](Client& client, std::uint64_t number, Completion done) {
                                  client.get(node(path), number, std::move(done));
                                });
  if (answer.code) return error_of(answer, path);
  return NodeContent{std::move(answer.data), answer.stat};
}

Outcome<std::optional<Stat>> Session::exists(const std::string& path, Watch watch) {
  if (auto good = check_node_path(path); !good) return good.error();
  Answer answer =
      ask_and_watch(path, std::move(watch), true, [&](Client& client, std::uint64_t number, Completion done) {
        client.exists(node(path), number, std::move(done));
      });
  if (answer.code == Code::no_node) return std::optional<Stat>();
  if (answer.code) return error_of(answer, path);
  return std::optional<Stat>(answer.stat);
}

Outcome<NodeChildren> Session::children(const std::string& path, Watch watch) {
  if (auto good = check_node_path(path); !good) return good.error();
  Answer answer = ask_and_watch(path, std::move(watch), false,
                                [&](Client& client, std::uint64_t number, Completion done) {
                                  client.children(node(path), number, std::move(done));
                                });
  if (answer.code) return error_of(answer, path);
  std::sort(answer.names.begin(), answer.names.end());
  return NodeChildren{std::move(answer.names), answer.stat};
}

Outcome<void> Session::multi(std::span<const Operation> operations) {
  std::size_t bytes = 0;
  std::vector<Operation> placed(operations.begin(), operations.end());
  for (std::size_t i = 0; i < placed.size(); ++i) {
    Operation& each = placed[i];
    auto good = check_node_path(each.path);
    if (good) good = check_node_data(each.path, each.data);
    if (!good) return CoordinatorError{good.error().code, good.error().text, i};
    each.path = node(each.path);
    bytes += each.path.size() + each.data.size();
  }
  if (bytes > limits::multi_bytes)
    return CoordinatorError{
        Code::invalid,
        fmt::format("a change of {} bytes at once; at most {} are allowed", bytes, limits::multi_bytes),
        {}};
  if (placed.empty()) {
    auto barred = await_connection();
    if (barred) return error_of(*barred, "/");
    return {};
  }
  Answer answer =
      ask(Repeat::never, [&](Client& client, Completion done) { client.multi(placed, std::move(done)); });
  if (answer.code) return error_of(answer, operations[answer.operation.value_or(0)].path);
  return {};
}

}  // namespace circuit::anchor::zookeeper
