#include "keeper/stage.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/paths.hpp"
#include "keeper/process.hpp"

namespace circuit::keeper {
namespace fs = std::filesystem;
namespace {

constexpr int patience_ms = 20'000;

}  // namespace

KeeperEvent PlayedAgent::next() {
  for (;;) {
    if (client == nullptr) break;
    auto event = client->receive();
    if (!event) {
      ADD_FAILURE() << event.error().text;
      break;
    }
    if (*event) return std::move(**event);
    pollfd entry{client->fd(), POLLIN, 0};
    if (::poll(&entry, 1, patience_ms) <= 0) {
      ADD_FAILURE() << "the keeper says nothing";
      break;
    }
  }
  return InventoryEnd{};
}

std::vector<KeeperEvent> PlayedAgent::inventory() {
  std::vector<KeeperEvent> events;
  for (;;) {
    KeeperEvent event = next();
    if (std::holds_alternative<InventoryEnd>(event)) return events;
    events.push_back(std::move(event));
  }
}

void PlayedAgent::send(const FromAgent& message, const std::vector<int>& fds) {
  auto sent = client->send(message, fds);
  ASSERT_TRUE(sent.has_value()) << sent.error().text;
  while (client->wants_to_write()) {
    pollfd entry{client->fd(), POLLOUT, 0};
    ASSERT_GT(::poll(&entry, 1, patience_ms), 0);
    ASSERT_TRUE(client->flush().has_value());
  }
}

Stage::Stage() {
  // What a killed keeper leaves comes to the test, which can then end it.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::string pattern = "/tmp/keeper-test-XXXXXX";
  directory_ = ::mkdtemp(pattern.data());
  null_.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (directory_ / "test").c_str(), sizeof address.sun_path - 1);
  listener_.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 16) != 0)
    ADD_FAILURE() << "no socket for the agents";
}

Stage::~Stage() {
  listener_.reset();
  for (;;) {
    // Children of a keeper become ours when it has gone, so that in the end all pass by here.
    for (pid_t child : own_children()) ::kill(child, SIGKILL);
    if (::waitpid(-1, nullptr, 0) < 0) break;
  }
  std::error_code error;
  fs::remove_all(directory_, error);
}

pid_t Stage::start_keeper() {
  UniqueFd err(::open((directory_ / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const std::array fds{null_.get(), null_.get(), err.get()};
  std::vector<std::string> environment{"CIRCUIT_LOG=debug"};
  for (const char* name : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
  auto pid = start_process({CIRCUIT_KEEPER_CAST,
                            {"cast", "keeper", directory_.string(), (directory_ / "test").string()},
                            environment,
                            {},
                            fds,
                            true});
  EXPECT_TRUE(pid.has_value());
  return pid ? *pid : 0;
}

PlayedAgent Stage::next_agent() {
  PlayedAgent agent;
  await_readable(listener_.get());
  if (::testing::Test::HasFatalFailure()) return agent;
  DatagramSocket line(UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
  await_readable(line.fd());
  auto hello = line.receive();
  if (!hello || !*hello || (*hello)->fds.size() != 1) {
    ADD_FAILURE() << "no connection from the agent";
    return agent;
  }
  agent.pid = std::atoi(std::string(text_of((*hello)->bytes)).c_str());
  agent.client = std::make_unique<KeeperClient>(std::move((*hello)->fds[0]));
  return agent;
}

int Stage::wait_for(pid_t pid) {
  UniqueFd pidfd = open_pidfd(pid);
  await_readable(pidfd.get());
  int status = -1;
  EXPECT_EQ(::waitpid(pid, &status, WNOHANG), pid);
  return status;
}

Launch Stage::launch_of(std::uint64_t id, std::vector<std::string> deed) const {
  std::vector<std::string> arguments{"cast", "worker"};
  arguments.insert(arguments.end(), deed.begin(), deed.end());
  return Launch{id * 10,
                WorkerId{id},
                CIRCUIT_KEEPER_CAST,
                std::move(arguments),
                {"PART=first"},
                directory_.string(),
                Bytes(bytes_of("record " + std::to_string(id)))};
}

std::vector<int> Stage::worker_fds(int output, int recorder) const {
  std::vector<int> fds{null_.get(), output < 0 ? null_.get() : output, null_.get()};
  if (recorder >= 0) fds.insert(fds.end(), {null_.get(), recorder});
  return fds;
}

WorkerStarted Stage::launch(PlayedAgent& agent, std::uint64_t id, std::vector<std::string> deed, int output,
                            int recorder) {
  agent.send(launch_of(id, std::move(deed)), worker_fds(output, recorder));
  auto started = agent.next_is<WorkerStarted>();
  EXPECT_EQ(started.message.worker.value, id);
  EXPECT_EQ(started.message.request, id * 10);
  EXPECT_TRUE(started.pidfd);
  return started;
}

void await_readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  ASSERT_GT(::poll(&entry, 1, patience_ms), 0) << "nothing came within " << patience_ms << " ms";
}

std::string read_to_end(int fd) {
  std::string text;
  std::array<char, 4096> chunk{};
  for (;;) {
    await_readable(fd);
    if (::testing::Test::HasFatalFailure()) return text;
    const ssize_t size = ::read(fd, chunk.data(), chunk.size());
    if (size <= 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(size));
  }
}

std::size_t open_descriptors(pid_t pid) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
    ++count;
  return count;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    auto stat = read_file(entry.path() / "stat", 4096);
    if (!stat) continue;
    // After the name: state, parent.
    const char* after = stat->c_str() + stat->rfind(") ") + 4;
    if (std::atoi(after) == pid) children.push_back(std::atoi(name.c_str()));
  }
  return children;
}

void await_stopped(pid_t pid) {
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED), 0);
}

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd make_memory(std::string_view text) {
  UniqueFd memory(::memfd_create("recorder", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  EXPECT_EQ(::pwrite(memory.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  return memory;
}

std::string text_in(const UniqueFd& memory) {
  constexpr std::size_t size = 4096;
  if (!memory) return "(no memory)";
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, memory.get(), 0);
  if (mapped == MAP_FAILED) return "(cannot be mapped)";
  std::string text(static_cast<const char*>(mapped));
  ::munmap(mapped, size);
  return text;
}

}  // namespace circuit::keeper
