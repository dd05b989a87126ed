// What becomes of a worker whose spawner dies.
#include <csignal>
#include <gmock/gmock.h>

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
  program->signal(SIGSTOP);
  ASSERT_TRUE(console().ping(worker_.address).has_value());
  program->signal(SIGCONT);
  EXPECT_TRUE(console().is_live(worker_.address.id));
  EXPECT_FALSE(program->has_ended());
}

}  // namespace
}  // namespace circuit::support
