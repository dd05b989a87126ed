// The processes of the keeper's tests: `cast keeper DIRECTORY SOCKET`, `cast agent SOCKET`, `cast worker
// DEED`. The agent hands its connection to the test and does nothing else, so that the test itself is the
// agent.
#include <array>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/paths.hpp"
#include "keeper/datagram.hpp"
#include "keeper/keeper.hpp"
#include "keeper/keeper_messages.hpp"

namespace {

/// Whatever a test forgets ends by itself.
constexpr unsigned longest_life_s = 50;

int be_agent(const char* socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket_path, sizeof address.sun_path - 1);
  circuit::UniqueFd test(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (::connect(test.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
  circuit::keeper::DatagramSocket line(std::move(test));
  const std::string self = std::to_string(::getpid());
  const int connection[] = {circuit::keeper::agent_connection_fd};
  if (!line.send(circuit::Buffer(circuit::bytes_of(self)), connection)) return 1;
  // POLLRDHUP: the keeper has finished. POLLIN would be there all the time, as it is the test that reads.
  pollfd entry{connection[0], POLLRDHUP, 0};
  while (::poll(&entry, 1, -1) < 0) {
  }
  return 0;
}

int be_worker(std::string_view deed, char** more) {
  if (deed == "wait") {
    for (;;) ::pause();
  }
  if (deed == "stubborn") {
    ::signal(SIGTERM, SIG_IGN);
    if (::write(STDOUT_FILENO, "r", 1) != 1) return 1;
    for (;;) ::pause();
  }
  if (deed == "exit") return std::stoi(more[0]);
  if (deed == "report") {  // Directory, session, signal mask, open descriptors.
    char directory[4096] = {};
    if (::getcwd(directory, sizeof directory) == nullptr) return 1;
    std::string text = std::string(directory) + "|" + (::getsid(0) == ::getpid() ? "leader" : "member") + "|";
    sigset_t blocked;
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    text += ::sigismember(&blocked, SIGCHLD) == 1 ? "blocked|" : "free|";
    struct sigaction pipe {};
    ::sigaction(SIGPIPE, nullptr, &pipe);
    text += pipe.sa_handler == SIG_DFL ? "default|" : "ignored|";
    for (int fd = 0; fd < 200; ++fd)
      if (::fcntl(fd, F_GETFD) >= 0) text += std::to_string(fd) + ",";
    text += std::string("|") + (::getenv("PART") != nullptr ? ::getenv("PART") : "");
    return ::write(STDOUT_FILENO, text.data(), text.size()) > 0 ? 0 : 1;
  }
  if (deed == "orphan") {  // Leaves a child behind that nobody waits for, in a session of its own.
    std::array<int, 2> gone{};
    if (::pipe(gone.data()) != 0) return 1;
    const pid_t child = ::fork();
    if (child == 0) {
      ::setsid();
      ::close(gone[0]);
      ::close(gone[1]);
      for (;;) ::pause();
    }
    // While it is in this process's group, it would be ended with it.
    ::close(gone[1]);
    char none = 0;
    if (::read(gone[0], &none, 1) != 0) return 1;
    const std::string text = std::to_string(child);
    return ::write(STDOUT_FILENO, text.data(), text.size()) > 0 ? 0 : 1;
  }
  return 99;
}

}  // namespace

int main(int argc, char** argv) {
  ::alarm(longest_life_s);
  const std::string_view role = argc > 2 ? argv[1] : "";
  if (role == "keeper" && argc > 3)
    return circuit::keeper::run_keeper(
        {argv[2], {circuit::own_executable().string(), "agent", argv[3]}, true});
  if (role == "agent") return be_agent(argv[2]);
  if (role == "worker") return be_worker(argv[2], argv + 3);
  return 98;
}
