// What becomes of a worker whose spawner dies.
#include <csignal>
#include <gmock/gmock.h>
#include <thread>

#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;

class Spawner : public Host {
 protected:
  /// Starts an app and waits until the worker that it spawns runs its function.
  std::unique_ptr<Program> app(const std::string& deed) {
    start();
    auto program = std::make_unique<Program>(std::vector<std::string>{CIRCUIT_DEEDS, deed});
    EXPECT_TRUE(eventually([&] {
      auto listing = console().ask(spawn::agent_interface().list, std::string("/deed"));
      if (listing.has_error() || listing->workers.empty()) return program->has_ended();
      worker_ = listing->workers[0];
      return said("staying");
    })) << program->err();
    return program;
  }
  bool said(const std::string& text) {
    return read_text(jail(worker_.address.id) / "out").find(text) != std::string::npos;
  }

  spawn::WorkerRecord worker_;
};

TEST_F(Spawner, TakesItsWorkerAlong) {
  auto program = app("stay");
  program->signal(SIGKILL);
  ASSERT_TRUE(eventually([&] { return console().is_dead(worker_.address.id); }));
  EXPECT_TRUE(said("told to stop"));
  EXPECT_THAT(read_text(jail(worker_.address.id) / "err"), HasSubstr("the spawner is dead"));
  EXPECT_THAT(console().worker(worker_.address.id)->cause.text, HasSubstr("exited with 0"));
}

TEST_F(Spawner, TakesAStubbornWorkerAlongAfterItsGrace) {
  auto program = app("stubborn");
  program->signal(SIGKILL);
  EXPECT_TRUE(eventually([&] { return console().is_dead(worker_.address.id); }));
  EXPECT_FALSE(lives(worker_.address.pid));
}

TEST_F(Spawner, IsNotMissedByADaemon) {
  auto program = app("daemon");
  ASSERT_TRUE(eventually([&] { return program->out() == "spawned\n"; })) << program->err();
  const WorkerId id = worker_.address.id;
  program->signal(SIGKILL);
  program->wait();
  // Whoever is told of the app's death comes before whoever asks now: the worker has heard of it too.
  ASSERT_TRUE(console().ping(worker_.address).has_value());
  EXPECT_TRUE(console().is_live(id));
  ASSERT_TRUE(console().kill(id).has_value());
  EXPECT_TRUE(eventually([&] { return console().is_dead(id); }));
}

TEST_F(Spawner, MayBeStoppedForAWhile) {
  auto program = app("stay");
  ASSERT_TRUE(stop(program->pid()));
  ASSERT_TRUE(console().ping(worker_.address).has_value());
  program->signal(SIGCONT);
  EXPECT_TRUE(console().is_live(worker_.address.id));
  EXPECT_FALSE(program->has_ended());
}

// The agent's call may come before the worker has looked for its agent: whoever waits is answered all the
// same.
TEST_F(Spawner, HearsThatTheFunctionRunsAlsoFromAWorkerThatFindsItsAgentLate) {
  start();
  static_cast<void>(console().ask(spawn::agent_interface().status));
  const auto known = directory() / "agent.json", hidden = directory() / "hidden.json";
  std::filesystem::rename(known, hidden);
  spawn::WorkerRecord worker;
  std::thread spawning([&] { worker = console().spawn({.function = "sleep", .arguments = "[600]"}); });
  auto runs = [&] {
    const auto calls = console().ask(spawn::agent_interface().calls, std::vector<WorkerId>());
    return calls.has_value() && calls->total == 1;
  };
  EXPECT_TRUE(eventually(runs));
  std::filesystem::rename(hidden, known);
  spawning.join();
  ASSERT_TRUE(worker.address.id);
  EXPECT_EQ(console().worker(worker.address.id)->arguments, "[600]");
}

}  // namespace
}  // namespace circuit::support
