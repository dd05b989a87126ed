// Why a worker has ended is known, also when nobody looked.
#include <csignal>
#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Cause : public Host {
 protected:
  void SetUp() override { start(); }

  /// A worker that exits with 3 when permit() is called.
  spawn::WorkerRecord leaver() {
    auto worker = console().spawn({.function = "leave_when_permitted",
                                   .arguments = "[3]",
                                   .anchors = {"/leaver"},
                                   .executable = CIRCUIT_DEEDS});
    EXPECT_TRUE(eventually([&] { return read_text(jail(worker.address.id) / "out") == "staying\n"; }));
    return worker;
  }

  void permit_and_await(const spawn::WorkerRecord& worker) {
    write_text(jail(worker.address.id) / "permission", "");
    EXPECT_TRUE(eventually([&] { return !lives(worker.address.pid); }));
  }

  void expect_cause(WorkerId id, int code, const std::string& text) {
    EXPECT_TRUE(eventually([&] { return console().is_dead(id); }));
    const boost::json::value worker = circuit_json({"worker", id.string(), "--json"});
    EXPECT_EQ(worker.at("state").as_string(), "dead");
    ASSERT_TRUE(worker.at("cause").is_object()) << worker;
    EXPECT_EQ(worker.at("cause").at("code").as_int64(), code);
    EXPECT_THAT(std::string(worker.at("cause").at("text").as_string()), StartsWith(text));
    EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
  }
};

// These end so quickly that their agent may not even hear that they run: the console itself calls the
// function.
TEST_F(Cause, IsAnExitStatus) {
  const auto worker = console().spawn(
      {.function = "leave", .arguments = "[3]", .executable = CIRCUIT_DEEDS, .caller = spawn::Caller::self});
  expect_cause(worker.address.id, 3, "exited with 3");
}

TEST_F(Cause, IsASignal) {
  const auto worker = console().spawn(
      {.function = "fall", .arguments = "[9]", .executable = CIRCUIT_DEEDS, .caller = spawn::Caller::self});
  expect_cause(worker.address.id, SIGKILL, "killed by SIGKILL");
}

TEST_F(Cause, OfAnExitIsKnownToTheNextAgent) {
  const auto worker = leaver();
  const pid_t keeper = keeper_pid(), agent = agent_pid();
  ASSERT_TRUE(stop(keeper));  // so that no agent runs for a while
  ASSERT_EQ(::kill(agent, SIGKILL), 0);
  permit_and_await(worker);
  ASSERT_EQ(::kill(keeper, SIGCONT), 0);
  await_agent(agent);
  expect_cause(worker.address.id, 3, "exited with 3");
}

TEST_F(Cause, OfASignalIsKnownToTheNextAgent) {
  const auto worker = leaver();
  const pid_t keeper = keeper_pid(), agent = agent_pid();
  ASSERT_TRUE(stop(keeper));
  ASSERT_EQ(::kill(agent, SIGKILL), 0);
  ASSERT_EQ(::kill(worker.address.pid, SIGKILL), 0);
  ASSERT_EQ(::kill(keeper, SIGCONT), 0);
  await_agent(agent);
  expect_cause(worker.address.id, SIGKILL, "killed by SIGKILL");
}

TEST_F(Cause, IsKnownToAnAgentThatWasStopped) {
  const auto worker = leaver();
  const pid_t agent = agent_pid();
  ASSERT_TRUE(stop(agent));
  permit_and_await(worker);
  ASSERT_EQ(::kill(agent, SIGCONT), 0);
  expect_cause(worker.address.id, 3, "exited with 3");
}

TEST_F(Cause, IsKnownToTheSuccessorOfAnAgentThatWasStopped) {
  const auto worker = leaver();
  const pid_t agent = agent_pid();
  ASSERT_TRUE(stop(agent));
  permit_and_await(worker);
  ASSERT_EQ(::kill(agent, SIGKILL), 0);
  await_agent(agent);
  expect_cause(worker.address.id, 3, "exited with 3");
}

TEST_F(Cause, SurvivesTheWholeHost) {
  const auto worker = leaver();
  permit_and_await(worker);
  expect_cause(worker.address.id, 3, "exited with 3");
  const pid_t keeper = keeper_pid();
  ASSERT_EQ(::kill(keeper, SIGTERM), 0);
  ASSERT_TRUE(eventually([&] { return processes_of(directory()).empty(); }));
  start();
  expect_cause(worker.address.id, 3, "exited with 3");
}

TEST_F(Cause, IsLostWhenTheKeeperWasGoneToo) {
  const auto worker = leaver();
  const pid_t agent = agent_pid();
  ASSERT_EQ(::kill(keeper_pid(), SIGKILL), 0);
  ASSERT_TRUE(eventually([&] { return !lives(agent); }));
  permit_and_await(worker);
  start();
  ASSERT_TRUE(eventually([&] { return console().is_dead(worker.address.id); }));
  EXPECT_EQ(console().worker(worker.address.id)->cause.kind, spawn::CauseKind::lost);
  EXPECT_THAT(console().worker(worker.address.id)->cause.text, HasSubstr("nobody saw how"));
}

}  // namespace
}  // namespace circuit::support
