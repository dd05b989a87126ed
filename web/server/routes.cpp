#include "server/routes.hpp"

#include <array>
#include <fmt/format.h>
#include <utility>

#include "base/log.hpp"
#include "server/blocking_calls.hpp"
#include "server/hub.hpp"
#include "server/rendering.hpp"
#include "server/requests.hpp"

namespace circuit::web {
namespace {

constexpr std::string_view workers_path = "/api/v1/workers";
constexpr std::string_view anchors_path = "/api/v1/anchors";

/// What follows `/api/v1/workers/`.
std::string_view worker_part(const Call& call) {
  return std::string_view(call.target.path).substr(workers_path.size() + 1);
}

void submit(BlockingCalls& calls, Answer answer, std::function<Reply()> work) {
  bool taken = calls.submit([answer, work = std::move(work)] { answer(work()); });
  if (!taken)
    answer(error_reply(http::status::service_unavailable, "overloaded",
                       "Too many requests are under way. Try again in a moment."));
}

}  // namespace

struct Routes::Route {
  std::string_view path;
  /// Whether `path/anything` is meant rather than `path` itself.
  bool has_rest;
  http::verb method;
  Role needed;
  void (Routes::*handler)(const Call&, Answer);
};

/// The route of a call; if there is none, the methods that the path does have.
const Routes::Route* Routes::route_of(const Call& call, std::string& allowed) {
  using http::verb;
  static constexpr std::array<Route, 9> routes{{
      {workers_path, false, verb::get, Role::view, &Routes::list_workers},
      {workers_path, false, verb::post, Role::operate, &Routes::spawn_worker},
      {workers_path, true, verb::get, Role::view, &Routes::show_worker},
      {workers_path, true, verb::delete_, Role::operate, &Routes::kill_worker},
      {anchors_path, false, verb::get, Role::view, &Routes::list_anchors},
      {anchors_path, true, verb::get, Role::view, &Routes::list_anchors},
      {"/api/v1/calls", false, verb::get, Role::view, &Routes::list_calls},
      {"/api/v1/functions", false, verb::get, Role::view, &Routes::list_functions},
      {"/api/v1/status", false, verb::get, Role::view, &Routes::show_status},
  }};
  verb method = call.method == verb::head ? verb::get : call.method;
  std::string_view path = call.target.path;
  for (const Route& route : routes) {
    bool matches = path.starts_with(route.path) &&
                   (route.has_rest ? path.size() > route.path.size() + 1 && path[route.path.size()] == '/'
                                   : path.size() == route.path.size());
    if (!matches) continue;
    if (route.method == method) return &route;
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method == verb::get ? "GET, HEAD" : std::string_view(http::to_string(route.method));
  }
  return nullptr;
}

void Routes::handle(Call call, Answer answer) {
  std::string allowed;
  const Route* route = route_of(call, allowed);
  if (route == nullptr && allowed.empty())
    return answer(
        error_reply(http::status::not_found, "invalid", "There is nothing at " + call.target.path + "."));
  if (route == nullptr) {
    Reply reply =
        error_reply(http::status::method_not_allowed, "invalid",
                    "This method does not exist at " + call.target.path + "; " + allowed + " does.");
    reply.allow = std::move(allowed);
    return answer(std::move(reply));
  }
  if (call.role < route->needed) {
    log::info("web: refused {} {} to a viewer", std::string_view(http::to_string(call.method)),
              call.target.path);
    return answer(
        error_reply(http::status::forbidden, "refused",
                    "This token may look and not act. Use the operator's, which `circuit up` prints."));
  }
  (this->*route->handler)(call, std::move(answer));
}

void Routes::list_workers(const Call&, Answer answer) {
  auto snapshot = parts_.cluster.snapshot();
  answer({http::status::ok,
          fmt::format(R"({{"sequence":{},"workers":{}}})", snapshot->sequence, render_workers(*snapshot))});
}

void Routes::show_worker(const Call& call, Answer answer) {
  auto id = WorkerId::parse(worker_part(call));
  if (!id)
    return answer(error_reply(http::status::bad_request, "invalid", "A worker's id is R and 16 hex digits."));
  auto snapshot = parts_.cluster.snapshot();
  auto place = snapshot->workers.find(*id);
  if (place == snapshot->workers.end())
    return answer(
        error_reply(http::status::not_found, "dead", "There is no worker " + id->string() + " now."));
  answer({http::status::ok, render(*place->second)});
}

void Routes::kill_worker(const Call& call, Answer answer) {
  auto form = parse_kill(worker_part(call), call.target.query);
  if (!form) return answer(failure_reply(form.error()));
  monitor::KillRequest request = form->request;
  auto snapshot = parts_.cluster.snapshot();
  auto place = snapshot->workers.find(request.id);
  if (form->incarnation != 0 && place != snapshot->workers.end() &&
      place->second->address.incarnation != form->incarnation)
    return answer(
        error_reply(http::status::conflict, "refused",
                    request.id.string() + " is another process by now. Look again before you end it."));
  submit(parts_.others, std::move(answer), [this, request] {
    Result<void> done = parts_.cluster.kill(request);
    log::info("web: kill of {} with signal {} and {} ms of grace: {}", request.id.string(), request.signal,
              request.grace_ms, done ? "sent" : done.error().text);
    return done ? Reply{http::status::accepted, "{}"} : failure_reply(done.error());
  });
}

void Routes::spawn_worker(const Call& call, Answer answer) {
  auto form = parse_spawn(call.body);
  if (!form) return answer(failure_reply(form.error()));
  submit(parts_.spawns, std::move(answer), [this, form = std::move(*form)] {
    monitor::FunctionOutcome outcome;
    if (!form.page.empty())
      outcome = [door = parts_.outcomes, page = form.page](WorkerId id, Result<std::string> result) {
        door->deliver(page, id, result);
      };
    Result<spawn::WorkerRecord> worker = parts_.cluster.spawn(form.request, std::move(outcome));
    log::info("web: spawn of {} on {}: {}", form.request.function, form.request.host,
              worker ? worker->address.string() : worker.error().text);
    return worker ? Reply{http::status::created, render(*worker)} : failure_reply(worker.error());
  });
}

void Routes::list_anchors(const Call& call, Answer answer) {
  std::string path = call.target.path.substr(anchors_path.size());
  if (path.empty()) path = "/";
  submit(parts_.others, std::move(answer), [this, path = std::move(path)] {
    auto listing = parts_.cluster.anchors(path);
    if (listing) return Reply{http::status::ok, render(*listing)};
    // An anchor directory exists exactly as long as something stands in it, so "makes no sense" is "not
    // there".
    const Failure& why = listing.error();
    return why.kind == ErrorKind::invalid ? error_reply(http::status::not_found, "invalid", why.text)
                                          : failure_reply(why);
  });
}

void Routes::list_calls(const Call& call, Answer answer) {
  auto workers = parse_calls_query(call.target.query);
  if (!workers) return answer(failure_reply(workers.error()));
  submit(parts_.others, std::move(answer), [this, workers = std::move(*workers)] {
    auto calls = parts_.cluster.calls(workers);
    return calls ? Reply{http::status::ok, render(**calls)} : failure_reply(calls.error());
  });
}

void Routes::list_functions(const Call&, Answer answer) {
  submit(parts_.others, std::move(answer), [this] {
    auto functions = parts_.cluster.functions();
    return functions ? Reply{http::status::ok, render(*functions)} : failure_reply(functions.error());
  });
}

void Routes::show_status(const Call& call, Answer answer) {
  auto snapshot = parts_.cluster.snapshot();
  answer({http::status::ok,
          fmt::format(R"({{"cluster":{},"role":"{}","now_ms":{},"sequence":{},"workers":{},"hosts":{}}})",
                      quoted(parts_.cluster_name), name_of(call.role), wall_ms(), snapshot->sequence,
                      snapshot->workers.size(), render(snapshot->hosts))});
}

}  // namespace circuit::web
