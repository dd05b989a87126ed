// circuit up: keeper, agent, tree and page of this host, in one command.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/pidfd.hpp"
#include "base/random.hpp"
#include "command.hpp"
#include "desktop.hpp"
#include "end_signals.hpp"
#include "monitor/live_cluster.hpp"
#include "output.hpp"
#include "server/server.hpp"
#include "spawn/agent_starter.hpp"
#include "stale_sockets.hpp"
#include "token_file.hpp"
#include "tree_choice.hpp"

namespace circuit::cli {
namespace fs = std::filesystem;
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto stop_grace = 2s;
constexpr std::size_t token_bytes = 32;

struct Options {
  std::uint16_t port = 0;
  bool read_only = false, gui = false;
  TreeChoice tree;
};

void tell(std::string_view text) {
  std::string line = fmt::format("circuit: {}\n", text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

/// Only one `circuit up` serves a directory.
Result<UniqueFd> take_lock(const std::filesystem::path& directory) {
  std::string path = directory / "up.lock";
  UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return system_failure(fmt::format("cannot open {}", path), errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    auto pid = read_file(path, 32);
    return failure(ErrorKind::refused,
                   fmt::format("`circuit up` runs already in {} (pid {}); stop it first, or name "
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

/// Waits until an agent answers; starts the keeper if none runs.
Result<spawn::AgentStatus> bring_up(monitor::LiveCluster& cluster, const std::filesystem::path& directory) {
  if (!keeper_runs(directory))
    if (auto started = spawn::start_keeper(directory); started.has_error()) return started.error();
  auto deadline = Steady::now() + limits::agent_start;
  for (;;) {
    auto status = cluster.status();
    if (status.has_value()) return status;
    if (Steady::now() >= deadline)
      return failure(ErrorKind::unreachable, fmt::format("the agent does not start: {}; {} may say why",
                                                         status.error().text, (directory / "log").string()));
    std::this_thread::sleep_for(5ms);
  }
}

/// The process that holds the keeper's lock, or nothing.
UniqueFd open_keeper(const std::filesystem::path& directory) {
  auto text = read_file(directory / "keeper.lock", 32);
  pid_t pid = text.has_value() ? std::atoi(text->c_str()) : 0;
  if (pid <= 0 || !keeper_runs(directory)) return {};
  return open_pidfd(pid);
}

/// Ends workers, agent and keeper, and waits until they are gone: not only the keeper's lock, but the process
/// itself, which lives a moment longer.
int bring_down(monitor::LiveCluster& cluster, const std::filesystem::path& directory) {
  constexpr std::chrono::milliseconds patience = stop_grace + 6s;
  UniqueFd keeper = open_keeper(directory);
  if (cluster.shut_down(stop_grace).has_value() && has_ended(keeper.get(), patience)) return 0;
  // No agent that would listen: the keeper can end everything without one.
  if (keeper) send_signal(keeper.get(), SIGTERM);
  if (has_ended(keeper.get(), patience)) return 0;
  return fail(failure(ErrorKind::deadline, fmt::format("the keeper in {} does not end", directory.string())));
}

/// Serves until a signal comes. A keeper that dies meanwhile is started again, and takes over what lives.
void serve(const UniqueFd& signals, const std::filesystem::path& directory) {
  while (next_end_signal(signals, 250ms) == 0) {
    if (keeper_runs(directory)) continue;
    tell("the keeper is gone; starting another one, which takes over what lives");
    if (auto started = spawn::start_keeper(directory); started.has_error()) fail(started.error());
    if (next_end_signal(signals, 1s) != 0) return;
  }
}

void welcome(const std::filesystem::path& directory, const spawn::AgentConfig& config,
             const spawn::AgentStatus& status, const std::string& url) {
  std::string text = fmt::format("Circuit is up in {}\n", directory.string());
  if (!config.zookeeper.empty()) text += fmt::format("Anchor tree: {}\n", tree_text(config));
  if (status.workers > 0)
    text += fmt::format("Took over {} that lived on from before.\n", counted(status.workers, "worker"));
  text += fmt::format("Page: {}\nCtrl-C ends everything.\n", url);
  // Not fmt::print: where the reader is gone there is no exception, and what runs goes on.
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

/// Nothing where none is wanted, or none can be started.
std::optional<Desktop> open_desktop(const fs::path& program, const fs::path& directory) {
  if (program.empty()) return std::nullopt;
  auto desktop = Desktop::start(program, directory);
  if (desktop.has_value()) return std::move(*desktop);
  fail(desktop.error());
  return std::nullopt;
}

int run_up(const std::filesystem::path& directory, const Options& options, const UniqueFd& signals) {
  monitor::LiveCluster cluster(directory, monitor::LiveCluster::Watch::yes);
  SystemRandom random;
  web::Server::Options web;
  web.port = options.port;
  web.cluster_name = "default";
  std::string token = random_hex(random, token_bytes);
  (options.read_only ? web.view_token : web.operate_token) = token;
  auto desktop_program = options.gui ? Desktop::find() : Result<fs::path>(fs::path());
  if (desktop_program.has_error()) return fail(desktop_program.error());
  // First of all: a port that is taken must be found out before anything is started, or ended, for nothing.
  web::Server server(web, cluster);
  bool was_there = keeper_runs(directory);
  auto config = settle_tree(directory, options.tree, was_there);
  if (config.has_error()) return fail(config.error());
  auto status = bring_up(cluster, directory);
  if (status.has_error()) {
    fail(status.error());
    if (!was_there) bring_down(cluster, directory);
    return 1;
  }
  std::string url = fmt::format("http://127.0.0.1:{}/#t={}", server.port(), token);
  if (auto written = write_page_file(directory, url); written.has_error()) fail(written.error());
  welcome(directory, *config, *status, url);
  auto desktop = open_desktop(*desktop_program, directory);
  serve(signals, directory);
  desktop.reset();
  tell("ending everything");
  server.stop();
  remove_page_file(directory);
  return bring_down(cluster, directory);
}

int up(const Shared& shared, const Options& options) {
  log::start("up", log::Level::warn);
  auto directory = shared.agent_directory();
  if (auto made = make_private_directory(directory); made.has_error()) return fail(made.error());
  auto lock = take_lock(directory);
  if (lock.has_error()) return fail(lock.error());
  auto signals = take_end_signals();
  if (signals.has_error()) return fail(signals.error());
  int status;
  try {
    status = run_up(directory, options, *signals);
  } catch (const Error& error) {
    status = fail(error.failure());
  }
  // Consoles that were killed leave theirs, and so do workers that ended with their keeper.
  remove_stale_sockets(socket_directory(directory));
  return status;
}

}  // namespace

void add_up(CLI::App& app, const Shared& shared, Run& run) {
  CLI::App* command = app.add_subcommand("up", "Start everything on this host, with its page");
  command->footer(
      "Keeper, agent, anchor tree and page run until Ctrl-C, which ends all of it,\n"
      "workers too. If this command is killed instead, workers live on, and the next\n"
      "`circuit up` in the same directory takes them over.\n\n"
      "The page's address holds a secret token: who has it can do what the page can.\n\n"
      "Examples:\n"
      "  circuit up\n"
      "  circuit up --port 8080 --read-only\n"
      "  circuit up --dir /tmp/mine   beside another; CIRCUIT_DIR=/tmp/mine finds it\n"
      "  circuit up --zookeeper 127.0.0.1:2181/mine   from now on, until --embedded");
  auto options = std::make_shared<Options>();
  command->add_option("--port", options->port, "port of the page on 127.0.0.1 (default: 0, any free one)")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65535));
  command->add_flag("--read-only", options->read_only, "the page can look, but not spawn or kill");
  command->add_flag("--gui", options->gui, "open the desktop dashboard too; closing it ends nothing else");
  CLI::Option* zookeeper =
      command
          ->add_option("--zookeeper", options->tree.zookeeper,
                       "keep the anchor tree in the ZooKeeper at HOST:PORT[,HOST:PORT...][/NODE], also in "
                       "later starts; `circuit zookeeper` starts one")
          ->type_name("HOSTS");
  command
      ->add_flag("--embedded", options->tree.embedded,
                 "keep the anchor tree in the agent again, which is how it begins")
      ->excludes(zookeeper);
  command->callback([&shared, &run, options] { run = [&shared, options] { return up(shared, *options); }; });
}

}  // namespace circuit::cli
