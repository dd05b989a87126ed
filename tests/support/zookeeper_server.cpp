#include "support/zookeeper_server.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

#include "support/loopback.hpp"

namespace circuit::support {

std::uint16_t free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    ADD_FAILURE() << "no free port";
  return ntohs(address.sin_port);
}

// -- one server ---------------------------------------------------------------------------------------------

ZookeeperServer::ZookeeperServer(Options options) : options_(std::move(options)), port_(free_port()) {
  if (options_.id != 0) write_text(data_.path() / "myid", std::to_string(options_.id));
  start();
}

std::vector<std::string> ZookeeperServer::command() const {
  // Nothing here has to survive a loss of power, so nothing waits for the disk.
  return {"/usr/bin/setpriv",
          "--pdeathsig",
          "KILL",
          "/usr/bin/java",
          "-Xmx160m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          "-Dzookeeper.forceSync=no",
          "-Dzookeeper.preAllocSize=128",
          // Candidates that have missed each other on a busy machine would ask again after up to a minute.
          "-Dzookeeper.fastleader.maxNotificationInterval=2000",
          "-cp",
          "/usr/share/java/zookeeper.jar",
          "org.apache.zookeeper.server.quorum.QuorumPeerMain",
          (data_.path() / "zoo.cfg").string()};
}

void ZookeeperServer::start() {
  write_text(data_.path() / "zoo.cfg",
             fmt::format("tickTime={}\ninitLimit=20\nsyncLimit=10\ndataDir={}\nclientPort={}\n"
                         "clientPortAddress=127.0.0.1\nmaxClientCnxns=0\nadmin.enableServer=false\n"
                         "4lw.commands.whitelist=srvr,mntr,wchs\n{}",
                         options_.tick_ms, data_.path().string(), port_, options_.peers));
  program_.reset();
  // Whichever test started it, it belongs to none: a host ends what carries its directory's name.
  program_.emplace(command(), std::vector<std::string>{"CIRCUIT_DIR="});
}

void ZookeeperServer::await() {
  EXPECT_TRUE(eventually([&] {
    if (program_->has_ended()) {
      // Somebody else was faster at its port. An ensemble's ports are known to the others and stay.
      if (options_.id == 0) port_ = free_port();
      start();
    }
    return !mode().empty();
  })) << "ZooKeeper does not start: "
      << program_->out() << program_->err();
}

std::string ZookeeperServer::address() const { return fmt::format("127.0.0.1:{}", port_); }

std::string ZookeeperServer::ask(std::string_view word) const {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval wait{2, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  sockaddr_in address = loopback(port_);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
  if (::send(socket.get(), word.data(), word.size(), MSG_NOSIGNAL) < 0) return {};
  std::string answer;
  std::array<char, 4096> chunk{};
  for (ssize_t n; (n = ::recv(socket.get(), chunk.data(), chunk.size(), 0)) > 0;)
    answer.append(chunk.data(), static_cast<std::size_t>(n));
  return answer;
}

std::string ZookeeperServer::mode() const {
  const std::string answer = ask("srvr");
  constexpr std::string_view mark = "Mode: ";
  const std::size_t at = answer.find(mark);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + mark.size();
  return answer.substr(begin, answer.find('\n', begin) - begin);
}

void ZookeeperServer::kill() {
  program_->signal(SIGKILL);
  program_->wait();
}

void ZookeeperServer::freeze() const { program_->signal(SIGSTOP); }
void ZookeeperServer::thaw() const { program_->signal(SIGCONT); }

ZookeeperServer& shared_zookeeper() {
  static ZookeeperServer server;
  static const bool waited = (server.await(), true);
  static_cast<void>(waited);
  return server;
}

std::string own_chroot() {
  static std::atomic<int> count{0};
  return fmt::format("/t{}", ++count);
}

std::set<std::string> walk_of_zookeepers_shell(const std::string& chroot) {
  const Outcome outcome = run({"/usr/share/zookeeper/bin/zkCli.sh", "-server", shared_zookeeper().address(),
                               "ls", "-R", chroot + "/anchor"});
  std::set<std::string> nodes;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(chroot + "/anchor/")) nodes.insert(line.substr(chroot.size() + 7));
  return nodes;
}

// -- three --------------------------------------------------------------------------------------------------

ZookeeperEnsemble::ZookeeperEnsemble() {
  std::string peers;
  for (int id = 1; id <= 3; ++id)
    peers += fmt::format("server.{}=127.0.0.1:{}:{}\n", id, free_port(), free_port());
  for (int id = 1; id <= 3; ++id)
    servers_.push_back(std::make_unique<ZookeeperServer>(ZookeeperServer::Options{500, id, peers}));
  await();
}

void ZookeeperEnsemble::await() {
  for (auto& server : servers_) server->await();
}

std::string ZookeeperEnsemble::servers() const {
  std::string all;
  for (const auto& server : servers_) all += (all.empty() ? "" : ",") + server->address();
  return all;
}

ZookeeperServer& ZookeeperEnsemble::leader() { return with_mode("leader"); }
ZookeeperServer& ZookeeperEnsemble::follower() { return with_mode("follower"); }

ZookeeperServer& ZookeeperEnsemble::with_mode(std::string_view mode) {
  ZookeeperServer* found = nullptr;
  EXPECT_TRUE(eventually([&] {
    for (auto& server : servers_)
      if (server->mode() == mode) found = server.get();
    return found != nullptr;
  })) << "the ensemble has no "
      << mode;
  return found != nullptr ? *found : *servers_.front();
}

}  // namespace circuit::support
