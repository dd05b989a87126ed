#include "support/host.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <sys/file.h>

#include "base/paths.hpp"
#include "spawn/agent_file.hpp"
#include "spawn/agent_interface.hpp"
#include "spawn/agent_starter.hpp"
#include "spawn/config_file.hpp"

namespace circuit::support {
namespace fs = std::filesystem;

bool is_long() {
  const char* text = std::getenv("CIRCUIT_LONG");
  return text != nullptr && *text != '\0' && std::string_view(text) != "0";
}

Host::Host() {
  ::setenv("CIRCUIT_DIR", directory().c_str(), 1);
  ::setenv("CIRCUIT_PROGRAM", CIRCUIT_TEST_PROGRAM, 1);
  ::unsetenv("CIRCUIT_ROLE");
  if (const char* place = std::getenv("CIRCUIT_TEST_ZOOKEEPER"); place != nullptr && *place != '\0') {
    // The name of the directory is the host's alone.
    std::string_view servers = place;
    while (servers.ends_with('/')) servers.remove_suffix(1);
    use_zookeeper(std::string(servers) + "/" + directory().filename().string());
  }
}

void Host::use_zookeeper(const std::string& connect_string) const {
  auto written = spawn::write_config(directory(), {connect_string});
  EXPECT_TRUE(written.has_value()) << written.error().text;
}

Host::~Host() {
  end();
  if (HasFailure()) std::cerr << "The log of keeper and agent:\n" << read_text(directory() / "log") << "\n";
  std::error_code ignored;
  fs::remove_all(sockets(), ignored);
}

void Host::end() {
  console_.reset();
  const pid_t keeper = keeper_pid();
  if (keeper != 0) {
    ::kill(keeper, SIGTERM);
    EXPECT_TRUE(eventually([&] { return !lives(keeper); })) << "the keeper does not end";
    EXPECT_TRUE(eventually([&] { return processes_of(directory()).empty(); }))
        << "the keeper has left " << names_of(processes_of(directory()));
  }
  EXPECT_TRUE(eventually([&] {
    for (pid_t pid : processes_of(directory())) ::kill(pid, SIGKILL);
    return processes_of(directory()).empty();
  }));
}

fs::path Host::sockets() const { return socket_directory(directory()); }

void Host::start() {
  auto started = spawn::start_keeper(directory());
  ASSERT_TRUE(started.has_value()) << started.error().text;
  await_agent();
}

void Host::await_agent(pid_t former) {
  ASSERT_TRUE(eventually([&] {
    if (!fs::exists(directory() / "agent.json")) return false;
    auto status = console().ask(spawn::agent_interface().status);
    return status.has_value() && status->pid != former;
  })) << "no agent answers";
}

pid_t Host::keeper_pid() const {
  // The lock itself is left alone: whoever tries it might keep a starting keeper from it.
  const std::string text = read_text(directory() / "keeper.lock");
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  const auto all = processes_of(directory());
  return std::find(all.begin(), all.end(), pid) != all.end() ? pid : 0;
}

pid_t Host::agent_pid() const {
  auto address = spawn::read_agent_file(directory());
  return address.has_value() && lives(address->pid) ? address->pid : 0;
}

Console& Host::console() {
  if (!console_) console_ = std::make_unique<Console>(directory());
  return *console_;
}

std::vector<std::string> Host::circuit_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), CIRCUIT_TEST_PROGRAM);
  return arguments;
}

Outcome Host::circuit(std::vector<std::string> arguments, std::string in) {
  return run(circuit_command(std::move(arguments)), {}, std::move(in));
}

boost::json::value Host::circuit_json(std::vector<std::string> arguments) {
  const Outcome outcome = circuit(std::move(arguments));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(outcome.out, error);
  EXPECT_FALSE(error) << outcome.out;
  return value;
}

std::vector<std::string> Host::socket_files() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(sockets(), error)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::size_t Host::held_jails() const {
  std::size_t held = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory() / "jail", error)) {
    UniqueFd lock(::open((entry.path() / "lock").c_str(), O_RDONLY | O_CLOEXEC));
    held += lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0;
  }
  return held;
}

}  // namespace circuit::support
