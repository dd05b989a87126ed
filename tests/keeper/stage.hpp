// What the keeper's tests stand on: a directory, keepers and workers that all end with the test, and an agent
// that the test itself plays.
#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/unique_fd.hpp"
#include "keeper/keeper_client.hpp"

namespace circuit::keeper {

/// An agent that the keeper has started: its process does nothing, the test holds its connection.
struct PlayedAgent {
  pid_t pid = 0;
  std::unique_ptr<KeeperClient> client;

  /// The next event. Fails the test, and gives InventoryEnd, when none comes.
  KeeperEvent next();
  /// The next event, which must be of this kind.
  template <class T>
  T next_is() {
    KeeperEvent event = next();
    EXPECT_TRUE(std::holds_alternative<T>(event)) << "event " << event.index();
    if (auto* wanted = std::get_if<T>(&event)) return std::move(*wanted);
    return T();
  }
  /// Everything up to InventoryEnd.
  std::vector<KeeperEvent> inventory();
  void send(const FromAgent& message, const std::vector<int>& fds = {});
};

class Stage : public ::testing::Test {
 protected:
  Stage();
  ~Stage() override;

  /// Starts a keeper on the directory; what it prints goes to `err`.
  pid_t start_keeper();
  /// The agent that a keeper starts next.
  PlayedAgent next_agent();
  /// Waits for a child of the test and returns its wait status.
  int wait_for(pid_t pid);
  /// A launch of `cast worker DEED...`.
  Launch launch_of(std::uint64_t id, std::vector<std::string> deed) const;
  /// Launches it with standard output into `output` (-1: /dev/null), and with `recorder` unless it is -1.
  WorkerStarted launch(PlayedAgent& agent, std::uint64_t id, std::vector<std::string> deed, int output = -1,
                       int recorder = -1);
  std::vector<int> worker_fds(int output = -1, int recorder = -1) const;

  std::filesystem::path directory_;
  UniqueFd listener_;
  UniqueFd null_;
};

/// Waits until the descriptor is readable. Fails the test when that takes too long.
void await_readable(int fd);
/// All that is written into a pipe until its writers have gone.
std::string read_to_end(int fd);
/// How many descriptors a process has open.
std::size_t open_descriptors(pid_t pid);
/// The children of a process, zombies among them.
std::vector<pid_t> children_of(pid_t pid);
/// Waits until the process is stopped.
void await_stopped(pid_t pid);

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};
Pipe make_pipe();
/// A memfd that holds a text.
UniqueFd make_memory(std::string_view text);
std::string text_in(const UniqueFd& memory);

}  // namespace circuit::keeper
