#include "server/server.hpp"

#include <optional>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "base/result.hpp"
#include "server/authorization.hpp"
#include "server/blocking_calls.hpp"
#include "server/connections.hpp"
#include "server/endpoint.hpp"
#include "server/hub.hpp"
#include "server/listener.hpp"
#include "server/net.hpp"
#include "server/routes.hpp"

namespace circuit::web {
namespace {

tcp::acceptor listen_at(net::io_context& io, const Server::Options& options) {
  boost::system::error_code error;
  net::ip::address address = net::ip::make_address(options.listen, error);
  if (error) throw Error(ErrorKind::invalid, "\"" + options.listen + "\" is no IP address.");
  if (!address.is_loopback())
    throw Error(ErrorKind::refused, "The web endpoint listens on loopback only: " + options.listen +
                                        " would need TLS. Reach it from elsewhere through `ssh -L`.");
  tcp::acceptor acceptor(io);
  tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
  if (error)
    throw Error(ErrorKind::refused, "The web endpoint cannot listen at " + options.listen + " port " +
                                        std::to_string(options.port) + ": " + error.message() +
                                        ". Another port, or 0 for any free one, may do.");
  return acceptor;
}

const Server::Options& checked(const Server::Options& options) {
  if (!options.operate_token.empty() && options.operate_token == options.view_token)
    throw Error(ErrorKind::refused, "The operator's and the viewer's token must differ.");
  return options;
}

}  // namespace

/// The order of the members is the order of their ends, backwards: connections die with the io_context, and
/// reach for nothing but their place when they do.
struct Server::Parts {
  Parts(Options options_given, monitor::Cluster& cluster)
      : options(checked(options_given)),
        acceptor(listen_at(io, options)),
        port(acceptor.local_endpoint().port()),
        authorization(options.operate_token, options.view_token, port),
        hub(io, cluster),
        routes({cluster, spawns, others, outcomes, options.cluster_name}),
        endpoint{authorization, connections, hub, routes, options.cluster_name} {}

  Options options;
  net::io_context io{1};
  net::executor_work_guard<net::io_context::executor_type> work{io.get_executor()};
  tcp::acceptor acceptor;
  std::uint16_t port;
  Authorization authorization;
  Connections connections;
  std::shared_ptr<OutcomeDoor> outcomes = std::make_shared<OutcomeDoor>();
  Hub hub;
  BlockingCalls spawns;
  BlockingCalls others;
  Routes routes;
  Endpoint endpoint;
  std::shared_ptr<Listener> listener;
  std::thread thread;
};

Server::Server(Options options, monitor::Cluster& cluster)
    : parts_(std::make_unique<Parts>(std::move(options), cluster)) {
  Parts& parts = *parts_;
  parts.listener = std::make_shared<Listener>(std::move(parts.acceptor), parts.endpoint);
  parts.outcomes->open(&parts.hub);
  parts.hub.start();
  net::post(parts.io, [&parts] { parts.listener->run(); });
  parts.thread = std::thread([&parts] { parts.io.run(); });
  log::info("web: listening at {} port {}", parts.options.listen, parts.port);
}

Server::~Server() {
  stop();
}

std::uint16_t Server::port() const {
  return parts_->port;
}

void Server::stop() {
  Parts& parts = *parts_;
  if (!parts.thread.joinable()) return;
  net::post(parts.io, [&parts] { parts.listener->close(); });
  parts.outcomes->close();
  parts.spawns.stop();
  parts.others.stop();
  parts.hub.stop();
  net::post(parts.io, [&parts] {
    parts.connections.close_all();
    parts.work.reset();
  });
  parts.thread.join();
}

}  // namespace circuit::web
