// circuit zookeeper: a development server from Debian's package, for `circuit up --zookeeper`.
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/paths.hpp"
#include "base/pidfd.hpp"
#include "command.hpp"
#include "end_signals.hpp"
#include "output.hpp"

namespace circuit::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* jar = "/usr/share/java/zookeeper.jar";
constexpr const char* main_class = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
constexpr std::uint16_t usual_port = 2181;

struct Options {
  std::uint16_t port = usual_port;
  std::string data;
};

Result<std::string> find_java() {
  if (fs::path java = find_program("java"); !java.empty()) return java.string();
  return failure(ErrorKind::refused,
                 "ZooKeeper needs java, which is not on the PATH: apt install default-jre-headless");
}

Result<void> find_jar() {
  std::error_code error;
  if (fs::exists(jar, error)) return {};
  return failure(ErrorKind::refused, fmt::format("ZooKeeper is not here ({}): apt install zookeeper", jar));
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// The port, if nobody listens at it; for 0 any that is free.
Result<std::uint16_t> take_port(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // As the server itself does: connections that are ending do not keep the port.
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return failure(ErrorKind::refused,
                   fmt::format("port {0} of 127.0.0.1 is in use: name another with --port, or, if it is a "
                               "ZooKeeper, use it: circuit up --zookeeper 127.0.0.1:{0}",
                               port));
  return ntohs(address.sin_port);
}

/// Two servers would ruin each other's data.
Result<UniqueFd> take_data(const fs::path& data) {
  if (auto made = make_private_directory(data); made.has_error()) return made.error();
  const std::string path = data / "lock";
  UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return system_failure(fmt::format("cannot open {}", path), errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return failure(ErrorKind::refused,
                   fmt::format("another `circuit zookeeper` uses {}: end it, or name another directory "
                               "with --data",
                               data.string()));
  return lock;
}

std::string server_config(const fs::path& data, std::uint16_t port) {
  return fmt::format(
      "# Written by `circuit zookeeper` at each start.\n"
      "tickTime=1000\ndataDir={}\nclientPort={}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n"
      "4lw.commands.whitelist=srvr,mntr,ruok\nautopurge.purgeInterval=1\n",
      data.string(), port);
}

Result<pid_t> start_server(const std::string& java, const fs::path& data, const fs::path& config) {
  const std::string log_path = data / "log", config_path = config.string();
  UniqueFd log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!log) return system_failure(fmt::format("cannot write {}", log_path), errno);
  const char* arguments[] = {java.c_str(), "-Xmx256m", "-XX:+UseSerialGC",  "-cp",
                             jar,          main_class, config_path.c_str(), nullptr};
  const pid_t starter = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return system_failure("cannot start java", errno);
  if (pid > 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != starter) ::_exit(1);
  // A Ctrl-C is for this command, which then ends the server in order.
  ::setpgid(0, 0);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(log.get(), STDOUT_FILENO);
  ::dup2(log.get(), STDERR_FILENO);
  ::execv(java.c_str(), const_cast<char**>(arguments));
  ::_exit(127);
}

/// Whether a ZooKeeper serves there.
bool answers(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval wait{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  sockaddr_in address = loopback(port);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return false;
  if (::send(socket.get(), "srvr", 4, MSG_NOSIGNAL) != 4) return false;
  std::string said;
  std::array<char, 1024> chunk{};
  for (ssize_t n; said.size() < 8192 && (n = ::recv(socket.get(), chunk.data(), chunk.size(), 0)) > 0;)
    said.append(chunk.data(), static_cast<std::size_t>(n));
  return said.find("Mode: ") != std::string::npos;
}

/// Waits until it serves. False: a signal has come first.
Result<bool> await_server(const UniqueFd& process, const UniqueFd& signals, std::uint16_t port,
                          const fs::path& data) {
  const auto deadline = std::chrono::steady_clock::now() + limits::zookeeper_start;
  while (!answers(port)) {
    if (has_ended(process.get()) || std::chrono::steady_clock::now() >= deadline)
      return failure(ErrorKind::failed,
                     fmt::format("ZooKeeper does not start; {} says why", (data / "log").string()));
    if (next_end_signal(signals, 20ms) != 0) return false;
  }
  return true;
}

void welcome(const fs::path& data, std::uint16_t port) {
  std::string text = fmt::format(
      "ZooKeeper serves 127.0.0.1:{0}; its data is in {1}\n"
      "Use it: circuit up --zookeeper 127.0.0.1:{0}\nCtrl-C ends it.\n",
      port, data.string());
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

int serve(const UniqueFd& process, const UniqueFd& signals, std::uint16_t port, const fs::path& data) {
  auto started = await_server(process, signals, port, data);
  if (started.has_error()) return fail(started.error());
  if (!*started) return 0;
  welcome(data, port);
  pollfd wait[] = {{process.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
  while (::poll(wait, 2, -1) < 0 && errno == EINTR) {
  }
  if (next_end_signal(signals, 0ms) != 0) return 0;
  return fail(failure(ErrorKind::failed,
                      fmt::format("ZooKeeper has ended; {} may say why", (data / "log").string())));
}

int zookeeper(const Options& options) {
  auto java = find_java();
  if (java.has_error()) return fail(java.error());
  if (auto found = find_jar(); found.has_error()) return fail(found.error());
  const fs::path data =
      options.data.empty() ? state_directory() / "zookeeper" : fs::absolute(options.data).lexically_normal();
  auto lock = take_data(data);
  if (lock.has_error()) return fail(lock.error());
  auto port = take_port(options.port);
  if (port.has_error()) return fail(port.error());
  const fs::path config = data / "zoo.cfg";
  if (auto written = write_file(config, server_config(data, *port)); written.has_error())
    return fail(written.error());
  auto signals = take_end_signals();
  if (signals.has_error()) return fail(signals.error());
  auto pid = start_server(*java, data, config);
  if (pid.has_error()) return fail(pid.error());
  const UniqueFd process = open_pidfd(*pid);
  const int status = serve(process, *signals, *port, data);
  ::kill(*pid, SIGTERM);
  if (!has_ended(process.get(), 5s)) ::kill(*pid, SIGKILL);
  while (::waitpid(*pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

void add_zookeeper(CLI::App& app, const Shared&, Run& run) {
  CLI::App* command =
      app.add_subcommand("zookeeper", "Start a ZooKeeper of your own, for circuit up --zookeeper");
  command->footer(
      "A single server for development, from Debian's package `zookeeper`, that listens\n"
      "on 127.0.0.1 and runs until Ctrl-C. Its data stays. Whoever can connect to it,\n"
      "which is every user of this machine, can read and change what is in it.\n\n"
      "Examples:\n"
      "  circuit zookeeper\n"
      "  circuit zookeeper --port 0 --data /tmp/zookeeper   any free port");
  auto options = std::make_shared<Options>();
  command->add_option("--port", options->port, "port on 127.0.0.1 (default: 2181; 0: any free one)")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65535));
  command
      ->add_option("--data", options->data,
                   "directory of its data (default: ~/.local/state/circuit/zookeeper)")
      ->type_name("DIRECTORY");
  command->callback([&run, options] { run = [options] { return zookeeper(*options); }; });
}

}  // namespace circuit::cli
