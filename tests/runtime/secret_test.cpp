// A secret that crosses stands in no file and no recorder.
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <iterator>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string secret = "correct-horse-battery-staple";

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Secrets : public Host {
 protected:
  /// All files below the directory that hold the secret.
  std::vector<std::string> files_with_it() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(directory()))
      if (entry.is_regular_file() && content_of(entry.path()).find(secret) != std::string::npos)
        found.push_back(entry.path());
    return found;
  }
  /// All memory files of these processes that hold it, and how many there are at all.
  static std::vector<std::string> memories_with_it(std::vector<pid_t> pids, std::size_t& looked_at) {
    std::vector<std::string> found;
    for (pid_t pid : pids) {
      for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
        std::error_code error;
        const std::string target = fs::read_symlink(entry.path(), error);
        // Standard output and error of a test's program are memory files too.
        if (!target.starts_with("/memfd:") || target.starts_with("/memfd:in") ||
            target.starts_with("/memfd:out"))
          continue;
        ++looked_at;
        if (content_of(entry.path()).find(secret) != std::string::npos)
          found.push_back(entry.path().string() + " " + target);
      }
    }
    return found;
  }
  /// `memories`: at least so many are looked into.
  void expect_nowhere(pid_t app, std::size_t memories) {
    EXPECT_THAT(files_with_it(), IsEmpty());
    auto pids = processes_of(directory());
    if (app != 0) pids.push_back(app);
    std::size_t looked_at = 0;
    EXPECT_THAT(memories_with_it(pids, looked_at), IsEmpty());
    EXPECT_GE(looked_at, memories);
  }
  std::optional<spawn::WorkerRecord> worker_under(const std::string& anchor) {
    auto listing = console().ask(spawn::agent_interface().list, anchor);
    if (listing.has_error() || listing->workers.empty()) return std::nullopt;
    return listing->workers.front();
  }
};

TEST_F(Secrets, StandInNoFileAndNoRecorder) {
  start();
  Program app({CIRCUIT_SECRET, "spawn"}, {}, secret + "\n");
  std::optional<spawn::WorkerRecord> worker;
  ASSERT_TRUE(eventually([&] {
    worker = worker_under("/vault");
    return app.has_ended() || (worker && !worker->arguments.empty());
  })) << app.err();
  ASSERT_TRUE(worker) << app.err();
  EXPECT_EQ(worker->arguments, R"(["me", ***, 7])");
  ASSERT_TRUE(eventually([&] { return circuit({"calls"}).out.find("Vault.open") != std::string::npos; }));
  const std::string calls = circuit({"calls"}).out;
  EXPECT_THAT(calls, HasSubstr("***"));
  EXPECT_THAT(calls, Not(HasSubstr(secret)));
  expect_nowhere(app.pid(), 3);  // of the app, the worker and the agent

  const pid_t former = agent_pid();
  ::kill(former, SIGKILL);
  await_agent(former);
  expect_nowhere(app.pid(), 3);
  write_text(jail(worker->address.id) / "permission", "");
  EXPECT_EQ(app.wait().out, std::to_string(secret.size()) + "\n");
  ASSERT_TRUE(console().kill(worker->address.id).has_value());
  ASSERT_TRUE(eventually([&] { return console().is_dead(worker->address.id); }));
  expect_nowhere(0, 1);
}

TEST_F(Secrets, AreTakenFromTheShellAsPlainValues) {
  start();
  const Outcome outcome =
      circuit({"spawn", "localhost", "-x", CIRCUIT_SECRET, "-a", "/vault", "-d", "keep", "me", secret, "7"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  ASSERT_TRUE(eventually([&] { return circuit({"calls"}).out.find("Vault.open") != std::string::npos; }));
  expect_nowhere(0, 3);
  EXPECT_THAT(circuit({"ls", "-l", "/..."}).out, Not(HasSubstr(secret)));
}

TEST_F(Secrets, CannotBeKeptForARestart) {
  const Outcome outcome = run({CIRCUIT_SECRET, "restart"}, {}, secret + "\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("invalid: arguments that are kept for a restart"));
  EXPECT_THAT(files_with_it(), IsEmpty());
}

}  // namespace
}  // namespace circuit::support
