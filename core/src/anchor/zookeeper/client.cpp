#include "anchor/zookeeper/client.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <system_error>
#include <thread>
#include <utility>
#include <zookeeper/zookeeper.h>

#include "base/limits.hpp"
#include "base/log.hpp"

#ifdef __SANITIZE_ADDRESS__
/// The C client forgets, with its memory, an event of the session that comes while its threads end: a server
/// that drops the connection just then (ZOOKEEPER-3868). Nothing of the sort is kept by us: a Handle closes
/// what it owns.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
  return "leak:libzookeeper_mt.so\n";
}
#endif

namespace circuit::anchor::zookeeper {
namespace {

/// Nobody's, so that a server refuses it; see let_go().
constexpr const char* no_scheme = "circuit-lets-go";
/// A server that cannot be connected to.
constexpr const char* nowhere = "127.0.0.1:0";

Code code_of(int error) noexcept {
  switch (error) {
    case ZNONODE: return Code::no_node;
    case ZNODEEXISTS: return Code::node_exists;
    case ZNOTEMPTY: return Code::not_empty;
    case ZBADVERSION: return Code::bad_version;
    case ZNOCHILDRENFOREPHEMERALS: return Code::no_children_for_ephemerals;
    case ZCONNECTIONLOSS:
    case ZOPERATIONTIMEOUT:
    case ZSESSIONMOVED: return Code::connection_loss;
    case ZSESSIONEXPIRED: return Code::session_expired;
    case ZCLOSING: return Code::closing;
    case ZBADARGUMENTS:
    case ZMARSHALLINGERROR: return Code::invalid;
    default: return Code::refused;
  }
}

Answer failed(int error) {
  Answer answer;
  answer.code = code_of(error);
  if (answer.code == Code::refused || answer.code == Code::invalid) answer.text = zerror(error);
  return answer;
}

Stat stat_of(const ::Stat& from) {
  Stat stat;
  stat.czxid = static_cast<std::uint64_t>(from.czxid);
  stat.mzxid = static_cast<std::uint64_t>(from.mzxid);
  stat.pzxid = static_cast<std::uint64_t>(from.pzxid);
  stat.ctime_ms = static_cast<std::uint64_t>(from.ctime);
  stat.mtime_ms = static_cast<std::uint64_t>(from.mtime);
  stat.version = from.version;
  stat.cversion = from.cversion;
  stat.ephemeral_owner = static_cast<std::uint64_t>(from.ephemeralOwner);
  stat.data_length = from.dataLength;
  stat.children = from.numChildren;
  return stat;
}

int flags_of(Mode mode) noexcept { return mode == Mode::ephemeral ? ZOO_EPHEMERAL : ZOO_PERSISTENT; }

/// The client writes of every attempt to connect and at levels of its own; what a person needs to know, the
/// session itself says. So its words are for those who ask for all of them.
void write_to_log(const char* message) {
  std::string_view text = message;
  // `2026-01-01 00:00:00,000:pid(0x...):ZOO_INFO@function@123: words`
  if (std::size_t level = text.find(":ZOO_"); level != std::string_view::npos) text.remove_prefix(level + 1);
  log::debug("ZooKeeper's client: {}", text);
}

/// Silent unless it is asked for: the texts that nobody would read are made in a buffer that all sessions of
/// a process share without a lock.
void set_log_level() {
  zoo_set_debug_level(log::enabled(log::Level::debug) ? ZOO_LOG_LEVEL_INFO : static_cast<ZooLogLevel>(0));
}

void fire(zhandle_t* handle, int type, int, const char*, void* context) {
  WatchEventKind kind;
  if (type == ZOO_CREATED_EVENT)
    kind = WatchEventKind::created;
  else if (type == ZOO_DELETED_EVENT)
    kind = WatchEventKind::deleted;
  else if (type == ZOO_CHANGED_EVENT)
    kind = WatchEventKind::changed;
  else if (type == ZOO_CHILD_EVENT)
    kind = WatchEventKind::children;
  else
    return;  // every watch is also told what becomes of the session
  auto* listener = static_cast<ClientListener*>(const_cast<void*>(zoo_get_context(handle)));
  listener->fired(reinterpret_cast<std::uint64_t>(context), kind);
}

void follow_session(zhandle_t*, int type, int state, const char*, void* context) {
  if (type != ZOO_SESSION_EVENT) return;
  auto* listener = static_cast<ClientListener*>(context);
  if (state == ZOO_CONNECTED_STATE)
    listener->connected();
  else if (state == ZOO_EXPIRED_SESSION_STATE)
    listener->expired();
  else
    listener->suspended();
}

}  // namespace

/// Owns what a request needs until its answer is there.
struct Client::Request {
  Client& client;
  Completion done;
  std::size_t operations = 0;
  std::unique_ptr<zoo_op_result_t[]> results;
};

/// What the C client calls, with the Request as its context.
struct Client::Callbacks {
  static void answer(const void* context, int error, Answer answer) {
    auto* request = static_cast<Request*>(const_cast<void*>(context));
    request->client.finish(request, error == ZOK ? std::move(answer) : failed(error));
  }
  static void created(int error, const char*, const ::Stat* stat, const void* context) {
    answer(context, error, with(stat));
  }
  static void done(int error, const void* context) { answer(context, error, {}); }
  static void statted(int error, const ::Stat* stat, const void* context) {
    answer(context, error, with(stat));
  }
  static void got(int error, const char* data, int size, const ::Stat* stat, const void* context) {
    Answer result = with(stat);
    // A node may be without data, which the client says with a size of -1.
    if (data != nullptr && size > 0) result.data.assign(data, static_cast<std::size_t>(size));
    answer(context, error, std::move(result));
  }
  static void listed(int error, const String_vector* names, const ::Stat* stat, const void* context) {
    Answer result = with(stat);
    for (int i = 0; names != nullptr && i < names->count; ++i) result.names.emplace_back(names->data[i]);
    answer(context, error, std::move(result));
  }
  static void committed(int error, const void* context) {
    const auto* request = static_cast<const Request*>(context);
    if (error == ZOK) return answer(context, error, {});
    Answer result = failed(error);
    // Operations before the one that failed say that they were all right, and those after it say nothing.
    for (std::size_t i = 0; i < request->operations && !result.operation; ++i)
      if (request->results[i].err == error) result.operation = i;
    request->client.finish(static_cast<Request*>(const_cast<void*>(context)), std::move(result));
  }
  static void refused(int, const void*) {}

 private:
  static Answer with(const ::Stat* stat) {
    Answer answer;
    if (stat != nullptr) answer.stat = stat_of(*stat);
    return answer;
  }
};

/// The C client's own.
class Client::Handle {
 public:
  explicit Handle(zhandle_t* handle) : handle_(handle) {}
  /// Joins the client's threads; with a connection it asks the server to end the session.
  ~Handle() { zookeeper_close(handle_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  zhandle_t* get() const noexcept { return handle_; }
  bool is_connected() const { return zoo_state(handle_) == ZOO_CONNECTED_STATE; }
  bool is_over() const {
    const int state = zoo_state(handle_);
    return state == ZOO_EXPIRED_SESSION_STATE || state == ZOO_AUTH_FAILED_STATE;
  }

 private:
  zhandle_t* handle_;
};

// -- requests -----------------------------------------------------------------------------------------------

template <class Send>
void Client::submit(Completion done, Send send) {
  auto owned = std::make_unique<Request>(Request{*this, std::move(done), 0, {}});
  Request* request = owned.get();
  {
    std::lock_guard lock(requests_mutex_);
    requests_.emplace(request, std::move(owned));
  }
  int error = ZCLOSING;
  {
    std::shared_lock lock(handle_mutex_);
    if (handle_) error = send(handle_->get(), *request);
    if (error == ZINVALIDSTATE)
      error = zoo_state(handle_->get()) == ZOO_EXPIRED_SESSION_STATE ? ZSESSIONEXPIRED : ZCLOSING;
  }
  if (error != ZOK) finish(request, failed(error));
}

void Client::finish(Request* request, Answer answer) {
  std::unique_ptr<Request> owned;
  {
    std::lock_guard lock(requests_mutex_);
    auto found = requests_.find(request);
    if (found == requests_.end()) return;
    owned = std::move(found->second);
    requests_.erase(found);
    if (requests_.empty()) all_answered_.notify_all();
  }
  owned->done(std::move(answer));
}

void Client::create(const std::string& path, std::string_view data, Mode mode, Completion done) {
  submit(std::move(done), [&](zhandle_t* handle, Request& request) {
    return zoo_acreate2(handle, path.c_str(), data.data(), static_cast<int>(data.size()),
                        &ZOO_OPEN_ACL_UNSAFE, flags_of(mode), &Callbacks::created, &request);
  });
}

void Client::remove(const std::string& path, std::int32_t version, Completion done) {
  submit(std::move(done), [&](zhandle_t* handle, Request& request) {
    return zoo_adelete(handle, path.c_str(), version, &Callbacks::done, &request);
  });
}

void Client::set(const std::string& path, std::string_view data, std::int32_t version, Completion done) {
  submit(std::move(done), [&](zhandle_t* handle, Request& request) {
    return zoo_aset(handle, path.c_str(), data.data(), static_cast<int>(data.size()), version,
                    &Callbacks::statted, &request);
  });
}

void Client::get(const std::string& path, std::uint64_t watch, Completion done) {
  submit(std::move(done), [&](zhandle_t* handle, Request& request) {
    return zoo_awget(handle, path.c_str(), watch != 0 ? &fire : nullptr, reinterpret_cast<void*>(watch),
                     &Callbacks::got, &request);
  });
}

void Client::exists(const std::string& path, std::uint64_t watch, Completion done) {
  submit(std::move(done), [&](zhandle_t* handle, Request& request) {
    return zoo_awexists(handle, path.c_str(), watch != 0 ? &fire : nullptr, reinterpret_cast<void*>(watch),
                        &Callbacks::statted, &request);
  });
}

void Client::children(const std::string& path, std::uint64_t watch, Completion done) {
  submit(std::move(done), [&](zhandle_t* handle, Request& request) {
    return zoo_awget_children2(handle, path.c_str(), watch != 0 ? &fire : nullptr,
                               reinterpret_cast<void*>(watch), &Callbacks::listed, &request);
  });
}

void Client::multi(std::span<const Operation> operations, Completion done) {
  submit(std::move(done), [&](zhandle_t* handle, Request& request) {
    std::vector<zoo_op_t> all(operations.size());
    for (std::size_t i = 0; i < operations.size(); ++i) {
      const Operation& each = operations[i];
      const int size = static_cast<int>(each.data.size());
      switch (each.kind) {
        case Operation::Kind::create:
          zoo_create_op_init(&all[i], each.path.c_str(), each.data.data(), size, &ZOO_OPEN_ACL_UNSAFE,
                             flags_of(each.mode), nullptr, 0);
          break;
        case Operation::Kind::remove: zoo_delete_op_init(&all[i], each.path.c_str(), each.version); break;
        case Operation::Kind::set:
          zoo_set_op_init(&all[i], each.path.c_str(), each.data.data(), size, each.version, nullptr);
          break;
        case Operation::Kind::check: zoo_check_op_init(&all[i], each.path.c_str(), each.version); break;
      }
    }
    request.operations = operations.size();
    request.results = std::make_unique<zoo_op_result_t[]>(operations.size());
    return zoo_amulti(handle, static_cast<int>(all.size()), all.data(), request.results.get(),
                      &Callbacks::committed, &request);
  });
}

// -- the session --------------------------------------------------------------------------------------------

Client::Client() = default;

Client::~Client() { let_go(); }

Outcome<std::unique_ptr<Client>> Client::open(const Options& options, ClientListener& listener) {
  static std::once_flag once;
  std::call_once(once, set_log_level);
  clientid_t id{};
  if (options.credentials) {
    if (options.credentials->password.size() != sizeof id.passwd)
      return CoordinatorError{Code::session_expired, "that is no password of a session of ZooKeeper's", {}};
    id.client_id = static_cast<std::int64_t>(options.credentials->id);
    std::memcpy(id.passwd, options.credentials->password.data(), sizeof id.passwd);
  }
  std::unique_ptr<Client> client(new Client());
  zhandle_t* handle = zookeeper_init2(
      options.servers.c_str(), &follow_session, static_cast<int>(options.session_timeout.count()),
      options.credentials ? &id : nullptr, &listener, ZOO_NO_LOG_CLIENTENV, &write_to_log);
  if (handle == nullptr)
    return CoordinatorError{
        Code::invalid,
        fmt::format("no host of {} is known ({})", options.servers, std::generic_category().message(errno)),
        {}};
  client->handle_ = std::make_unique<Handle>(handle);
  return client;
}

SessionCredentials Client::session() const {
  std::shared_lock lock(handle_mutex_);
  if (!handle_) return {};
  const clientid_t* id = zoo_client_id(handle_->get());
  return {static_cast<std::uint64_t>(id->client_id), std::string(id->passwd, sizeof id->passwd)};
}

void Client::close() { end(true); }

void Client::let_go() { end(false); }

void Client::end(bool orderly) {
  std::unique_ptr<Handle> handle;
  {
    std::unique_lock lock(handle_mutex_);
    handle = std::move(handle_);
  }
  if (!handle) return;
  const auto deadline = Steady::now() + limits::zookeeper_farewell;
  // The C client forgets, with their memory, requests that still wait when it is closed (ZOOKEEPER-2894).
  await_answers(deadline);
  if (!orderly) drop_connection(*handle, deadline);
  handle.reset();
  std::unordered_map<Request*, std::unique_ptr<Request>> forgotten;
  {
    std::lock_guard lock(requests_mutex_);
    forgotten.swap(requests_);
  }
  for (auto& [pointer, request] : forgotten) request->done(failed(ZCLOSING));
}

void Client::await_answers(Steady::time_point deadline) {
  std::unique_lock lock(requests_mutex_);
  all_answered_.wait_until(lock, deadline, [this] { return requests_.empty(); });
}

/// zookeeper_close() tells the server to end the session whenever there is a connection, and only then. So
/// that the session lives on, the connection has to go first, for which the C client has no function. An
/// authentication that fails does it, and in order: the server drops the connection, and the client's own
/// thread gives up for good. Where the server does not answer, the list of servers is exchanged for one that
/// cannot be reached, which closes the connection on the spot, under the client's thread.
void Client::drop_connection(const Handle& handle, Steady::time_point deadline) {
  if (handle.is_connected() &&
      zoo_add_auth(handle.get(), no_scheme, "", 0, &Callbacks::refused, nullptr) == ZOK) {
    for (auto pause = std::chrono::microseconds(100); handle.is_connected() && Steady::now() < deadline;
         pause *= 2)
      std::this_thread::sleep_for(pause);
  }
  if (!handle.is_over()) zoo_set_servers(handle.get(), nowhere);
}

}  // namespace circuit::anchor::zookeeper
