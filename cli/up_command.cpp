// circuit up: keeper, agent, tree and page of this host, in one command.
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/random.hpp"
#include "command.hpp"
#include "monitor/live_cluster.hpp"
#include "output.hpp"
#include "spawn/agent_file.hpp"
#include "spawn/agent_starter.hpp"
#include "token_file.hpp"
#include "server/server.hpp"

namespace circuit::cli {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto stop_grace = 2s;
constexpr std::size_t token_bytes = 32;

struct Options {
  std::uint16_t port = 0;
  bool read_only = false;
};

/// Only one `circuit up` serves a directory.
Result<UniqueFd> take_lock(const std::filesystem::path& directory) {
  std::string path = directory / "up.lock";
  UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return system_failure(fmt::format("cannot open {}", path), errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    auto pid = read_file(path, 32);
    return failure(ErrorKind::refused, fmt::format("`circuit up` runs already in {} (pid {}); stop it first, or name "
                                                   "another directory with --dir",
                                                   directory.string(), pid.has_value() ? plain(*pid) : "unknown"));
  }
  std::string pid = std::to_string(::getpid());
  if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), pid.data(), pid.size(), 0) < 0)
    return system_failure(fmt::format("cannot write {}", path), errno);
  return lock;
}

bool keeper_runs(const std::filesystem::path& directory) {
  UniqueFd lock(::open((directory / "keeper.lock").c_str(), O_RDWR | O_CLOEXEC));
  return lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0;
}

/// A descriptor that becomes readable with SIGINT and SIGTERM. Before any thread is started.
Result<UniqueFd> catch_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return system_failure("cannot wait for signals", errno);
  return fd;
}

bool signal_came(int fd, std::chrono::milliseconds wait) {
  pollfd poll{fd, POLLIN, 0};
  return ::poll(&poll, 1, static_cast<int>(wait.count())) > 0;
}

/// Waits until an agent answers; starts the keeper if none runs.
Result<spawn::AgentStatus> bring_up(monitor::LiveCluster& cluster, const std::filesystem::path& directory) {
  if (!keeper_runs(directory))
    if (auto started = spawn::start_keeper(directory); started.has_error()) return started.error();
  auto deadline = Steady::now() + limits::agent_start;
  for (;;) {
    auto status = cluster.status();
    if (status.has_value() || Steady::now() >= deadline) {
      if (status.has_value()) return status;
      return failure(ErrorKind::unreachable, fmt::format("the agent does not start: {}; {} may say why",
                                                         status.error().text, (directory / "log").string()));
    }
    std::this_thread::sleep_for(5ms);
  }
}

/// Ends workers, agent and keeper, and waits until they are gone.
int bring_down(monitor::LiveCluster& cluster, const std::filesystem::path& directory) {
  if (auto begun = cluster.shut_down(stop_grace); begun.has_error()) fail(begun.error());
  auto deadline = Steady::now() + stop_grace + 6s;
  while (keeper_runs(directory)) {
    if (Steady::now() >= deadline)
      return fail(failure(ErrorKind::deadline, fmt::format("the keeper in {} does not end", directory.string())));
    std::this_thread::sleep_for(5ms);
  }
  return 0;
}

/// Serves until a signal comes. A keeper that dies meanwhile is started again, and takes over what lives.
void serve(int signals, const std::filesystem::path& directory) {
  while (!signal_came(signals, 250ms)) {
    if (keeper_runs(directory)) continue;
    fmt::print(stderr, "circuit: the keeper is gone; starting another one\n");
    if (auto started = spawn::start_keeper(directory); started.has_error()) fail(started.error());
    if (signal_came(signals, 1s)) return;
  }
}

int up(const Shared& shared, const Options& options) {
  log::start("up", log::Level::warn);
  auto directory = shared.agent_directory();
  if (auto made = make_private_directory(directory); made.has_error()) return fail(made.error());
  auto lock = take_lock(directory);
  if (lock.has_error()) return fail(lock.error());
  auto signals = catch_signals();
  if (signals.has_error()) return fail(signals.error());

  monitor::LiveCluster cluster(directory, monitor::LiveCluster::Watch::yes);
  auto status = bring_up(cluster, directory);
  if (status.has_error()) {
    bring_down(cluster, directory);
    return fail(status.error());
  }
  SystemRandom random;
  web::Server::Options web;
  web.port = options.port;
  web.cluster_name = "default";
  std::string token = random_hex(random, token_bytes);
  (options.read_only ? web.view_token : web.operate_token) = token;
  int result;
  try {
    web::Server server(web, cluster);
    std::string url = fmt::format("http://127.0.0.1:{}/#t={}", server.port(), token);
    if (auto written = write_page_file(directory, url); written.has_error()) fail(written.error());
    fmt::print("Circuit is up in {}{}\n", directory.string(),
               status->workers > 0 ? fmt::format(", with {} workers that live on from before", status->workers) : "");
    fmt::print("Page: {}\n", url);
    fmt::print("Ctrl-C ends everything.\n");
    std::fflush(stdout);
    serve(signals->get(), directory);
    fmt::print("\nEnding...\n");
    server.stop();
    result = 0;
  } catch (const Error& error) {
    result = fail(error.failure());
  }
  remove_page_file(directory);
  return std::max(bring_down(cluster, directory), result);
}

}  // namespace

void add_up(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand(
      "up",
      "start everything on this host: keeper, agent, anchor tree and page\n\n"
      "Prints the page's address with its token. Ctrl-C ends all of it, workers too. If it is killed instead, workers\n"
      "live on, and the next `circuit up` in the same directory takes them over.");
  auto options = std::make_shared<Options>();
  command->add_option("--port", options->port, "port of the page; 0: any")->capture_default_str();
  command->add_flag("--read-only", options->read_only, "the page can look, and not spawn or kill");
  command->callback([&shared, &run, options] { run = [&shared, options] { return up(shared, *options); }; });
}

}  // namespace circuit::cli
