#include "anchor/embedded/store.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

#include "anchor/embedded/connection.hpp"
#include "base/anchor_path.hpp"
#include "base/log.hpp"

namespace circuit::anchor::embedded {
namespace {

CoordinatorError not_there(std::string_view path) {
  return {Code::no_node, fmt::format("the node {} does not exist", in_quotes(path)), {}};
}

class NoJournal final : public Journal {
 public:
  Result<void> append(const Entry&) override { return {}; }
};

}  // namespace

Store::Store(const Options& options)
    : clock_(options.clock != nullptr ? *options.clock : system_clock_),
      random_(options.random != nullptr ? *options.random : system_random_),
      session_wait_ns_(static_cast<std::uint64_t>(std::max<std::int64_t>(options.session_wait.count(), 0))) {}

std::shared_ptr<Store> Store::in_memory(const Options& options) {
  auto store = std::shared_ptr<Store>(new Store(options));
  store->journal_ = std::make_unique<NoJournal>();
  return store;
}

// -- sessions -----------------------------------------------------------------------------------------------

Outcome<std::shared_ptr<Coordinator>> Store::connect(std::optional<SessionCredentials> credentials,
                                                     SessionListener listener) {
  std::unique_lock lock(mutex_);
  auto id = credentials ? resume_session(*credentials) : begin_session();
  if (!id) return id.error();
  Session& session = sessions_[*id];
  session.connection = ++last_connection_;
  connections_[session.connection] = {*id, Standing::connected, std::move(listener)};
  auto connection = std::make_shared<Connection>(shared_from_this(), session.connection,
                                                 SessionCredentials{*id, session.password});
  deliver(lock);
  return connection;
}

Outcome<std::uint64_t> Store::begin_session() {
  // SQLite's and ZooKeeper's ids are signed.
  std::uint64_t id = 0;
  while (id == 0 || sessions_.contains(id)) id = random_.id() >> 1;
  SessionCredentials credentials{id, random_hex(random_, 16)};
  Journal::Entry entry;
  entry.begun = credentials;
  if (auto written = journal_->append(entry); !written)
    return CoordinatorError{Code::refused, written.error().text, {}};
  sessions_[id].password = std::move(credentials.password);
  return id;
}

Outcome<std::uint64_t> Store::resume_session(const SessionCredentials& credentials) {
  auto session = sessions_.find(credentials.id);
  if (session == sessions_.end() || session->second.password != credentials.password)
    return CoordinatorError{Code::session_expired, "the session is over, or the password is not its own", {}};
  if (std::uint64_t former = session->second.connection; former != 0)
    stand_down(former, Standing::moved, SessionEvent::suspended);
  return credentials.id;
}

void Store::stand_down(std::uint64_t connection, Standing standing, std::optional<SessionEvent> event) {
  auto attached = connections_.find(connection);
  if (attached == connections_.end()) return;
  attached->second.standing = standing;
  std::vector<WatchTable::Due> due;
  watches_.take_all_of(connection, due);
  queue(std::move(due));
  if (event && attached->second.listener)
    pending_.push_back({connection, [listener = attached->second.listener, event] { listener(*event); }});
}

Outcome<void> Store::end_session(std::uint64_t session) {
  std::vector<Operation> operations;
  for (std::string& path : tree_.owned_by(session)) operations.push_back(Operation::remove(std::move(path)));
  Journal::Entry entry;
  entry.ended = session;
  return commit(operations, session, std::move(entry));
}

void Store::forget_session(std::uint64_t session) {
  sessions_.erase(session);
  for (const auto& [number, attached] : connections_)
    if (attached.session == session && attached.standing == Standing::moved)
      stand_down(number, Standing::expired, SessionEvent::expired);
}

std::size_t Store::expire_due(std::uint64_t now_ns) {
  std::unique_lock lock(mutex_);
  std::size_t count = 0;
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    auto session = at++;
    if (session->second.connection != 0 || session->second.deadline_ns > now_ns) continue;
    if (auto ended = end_session(session->first); !ended) {
      log::error("a session of the anchor tree is over but stays for now: {}", ended.error().text);
      session->second.deadline_ns = now_ns + session_wait_ns_;
      continue;
    }
    forget_session(session->first);
    ++count;
  }
  deliver(lock);
  return count;
}

std::optional<std::uint64_t> Store::next_expiry_ns() const {
  std::lock_guard lock(mutex_);
  std::optional<std::uint64_t> next;
  for (const auto& [id, session] : sessions_)
    if (session.connection == 0) next = std::min(next.value_or(session.deadline_ns), session.deadline_ns);
  return next;
}

Outcome<void> Store::close(std::uint64_t connection) {
  std::unique_lock lock(mutex_);
  Attached& attached = connections_[connection];
  Outcome<void> outcome;
  if (attached.standing == Standing::connected) {
    outcome = end_session(attached.session);
    // Even if it cannot be written: the session then ends when its time is over.
    if (outcome) {
      forget_session(attached.session);
    } else {
      sessions_[attached.session].connection = 0;
      sessions_[attached.session].deadline_ns = clock_.now_ns() + session_wait_ns_;
    }
  }
  stand_down(connection, Standing::closed, std::nullopt);
  deliver(lock);
  if (deliverer_ != std::this_thread::get_id())
    delivered_.wait(lock, [&] { return !delivers_to(connection); });
  return outcome;
}

void Store::detach(std::uint64_t connection) noexcept {
  // What callbacks hold may come back here when it is destroyed, so that happens with the lock let go.
  std::vector<WatchTable::Due> watches;
  std::vector<std::function<void()>> calls;
  std::unique_lock lock(mutex_);
  watches_.take_all_of(connection, watches);
  for (Pending& one : pending_)
    if (one.connection == connection) calls.push_back(std::move(one.call));
  std::erase_if(pending_, [&](const Pending& one) { return one.connection == connection; });
  auto attached = connections_.extract(connection);
  auto session = sessions_.find(attached.mapped().session);
  if (session != sessions_.end() && session->second.connection == connection) {
    session->second.connection = 0;
    session->second.deadline_ns = clock_.now_ns() + session_wait_ns_;
  }
  if (deliverer_ != std::this_thread::get_id())
    delivered_.wait(lock, [&] { return delivering_to_ != connection; });
  lock.unlock();
}

// -- requests -----------------------------------------------------------------------------------------------

Outcome<void> Store::admit(std::uint64_t connection, const std::string& path) const {
  switch (connections_.at(connection).standing) {
    case Standing::connected: return check_node_path(path);
    case Standing::moved:
      return CoordinatorError{Code::connection_loss, "another connection has resumed the session", {}};
    case Standing::expired: return CoordinatorError{Code::session_expired, "the session is over", {}};
    case Standing::closed: break;
  }
  return CoordinatorError{Code::closing, "the coordinator was closed", {}};
}

Outcome<Stat> Store::change_one(std::uint64_t connection, const Operation& operation) {
  std::unique_lock lock(mutex_);
  if (auto admitted = admit(connection, operation.path); !admitted) return admitted.error();
  auto done = commit({&operation, 1}, connections_.at(connection).session, {});
  if (!done) return done.error();
  Stat stat;
  if (operation.kind != Operation::Kind::remove) stat = tree_.stat_of(operation.path);
  deliver(lock);
  return stat;
}

Outcome<Stat> Store::create(std::uint64_t connection, const std::string& path, std::string_view data,
                            Mode mode) {
  return change_one(connection, Operation::create(path, std::string(data), mode));
}

Outcome<void> Store::remove(std::uint64_t connection, const std::string& path, std::int32_t version) {
  auto done = change_one(connection, Operation::remove(path, version));
  if (!done) return done.error();
  return {};
}

Outcome<Stat> Store::set(std::uint64_t connection, const std::string& path, std::string_view data,
                         std::int32_t version) {
  return change_one(connection, Operation::set(path, std::string(data), version));
}

Outcome<NodeContent> Store::get(std::uint64_t connection, const std::string& path, Watch watch) {
  std::lock_guard lock(mutex_);
  if (auto admitted = admit(connection, path); !admitted) return admitted.error();
  const Record* record = tree_.find(path);
  if (record == nullptr) return not_there(path);
  if (watch) watches_.add(WatchTable::Kind::node, path, connection, std::move(watch));
  return NodeContent{record->data, tree_.stat_of(path)};
}

Outcome<std::optional<Stat>> Store::exists(std::uint64_t connection, const std::string& path, Watch watch) {
  std::lock_guard lock(mutex_);
  if (auto admitted = admit(connection, path); !admitted) return admitted.error();
  if (watch) watches_.add(WatchTable::Kind::node, path, connection, std::move(watch));
  if (tree_.find(path) == nullptr) return std::optional<Stat>();
  return std::optional<Stat>(tree_.stat_of(path));
}

Outcome<NodeChildren> Store::children(std::uint64_t connection, const std::string& path, Watch watch) {
  std::lock_guard lock(mutex_);
  if (auto admitted = admit(connection, path); !admitted) return admitted.error();
  if (tree_.find(path) == nullptr) return not_there(path);
  if (watch) watches_.add(WatchTable::Kind::children, path, connection, std::move(watch));
  const NodeTree::Names& names = tree_.children(path);
  return NodeChildren{{names.begin(), names.end()}, tree_.stat_of(path)};
}

Outcome<void> Store::multi(std::uint64_t connection, std::span<const Operation> operations) {
  std::size_t bytes = 0;
  for (const Operation& operation : operations) bytes += operation.path.size() + operation.data.size();
  if (bytes > limits::multi_bytes)
    return CoordinatorError{
        Code::invalid,
        fmt::format("a change of {} bytes at once; at most {} are allowed", bytes, limits::multi_bytes),
        {}};
  std::unique_lock lock(mutex_);
  if (auto admitted = admit(connection, "/"); !admitted) return admitted;
  auto done = commit(operations, connections_.at(connection).session, {});
  deliver(lock);
  return done;
}

Outcome<void> Store::commit(std::span<const Operation> operations, std::uint64_t session,
                            Journal::Entry entry) {
  NodeTree::Moment moment{last_zxid_ + 1, clock_.wall_ns() / 1'000'000, session};
  std::vector<Change> changes;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    auto done = tree_.apply(operations[i], moment, changes);
    if (done) continue;
    tree_.undo(changes);
    CoordinatorError error = done.error();
    error.operation = i;
    return error;
  }
  if (changes.empty() && !entry.ended) return {};
  std::set<std::string_view> touched;
  for (const Change& change : changes) touched.insert(change.path);
  for (std::string_view path : touched) entry.nodes.emplace_back(path, tree_.find(path));
  if (auto written = journal_->append(entry); !written) {
    tree_.undo(changes);
    return CoordinatorError{Code::refused, written.error().text, {}};
  }
  if (!changes.empty()) last_zxid_ = moment.zxid;
  std::vector<WatchTable::Due> due;
  for (const Operation& operation : operations) watches_.take(operation, due);
  queue(std::move(due));
  return {};
}

// -- callbacks ----------------------------------------------------------------------------------------------

void Store::queue(std::vector<WatchTable::Due> due) {
  for (WatchTable::Due& one : due)
    pending_.push_back(
        {one.connection, [watch = std::move(one.watch), event = std::move(one.event)] { watch(event); }});
}

void Store::deliver(std::unique_lock<std::mutex>& lock) {
  // Also true of a callback that changes something: the loop below is then further up on this stack.
  if (deliverer_ != std::thread::id()) return;
  deliverer_ = std::this_thread::get_id();
  while (!pending_.empty()) {
    Pending next = std::move(pending_.front());
    pending_.pop_front();
    delivering_to_ = next.connection;
    lock.unlock();
    next.call();
    next.call = nullptr;
    lock.lock();
    delivering_to_ = 0;
    delivered_.notify_all();
  }
  deliverer_ = std::thread::id();
}

bool Store::delivers_to(std::uint64_t connection) const {
  return delivering_to_ == connection ||
         std::any_of(pending_.begin(), pending_.end(),
                     [&](const Pending& one) { return one.connection == connection; });
}

}  // namespace circuit::anchor::embedded
