// Launches, ends, refusals and shutdowns, with real processes.
#include "keeper/keeper.hpp"

#include <array>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/paths.hpp"
#include "keeper/process.hpp"
#include "keeper/stage.hpp"

namespace circuit::keeper {
namespace {

using Keeper = Stage;

TEST_F(Keeper, LaunchesAWorkerAndTellsItsExitStatus) {
  start_keeper();
  PlayedAgent agent = next_agent();
  EXPECT_TRUE(agent.inventory().empty());
  const WorkerStarted started = launch(agent, 1, {"exit", "7"});
  const auto died = agent.next_is<WorkerDied>();
  EXPECT_EQ(died.message.held.worker, WorkerId{1});
  EXPECT_EQ(died.message.held.pid, started.message.pid);
  EXPECT_EQ(died.message.held.start_ticks, started.message.start_ticks);
  EXPECT_EQ(died.message.held.record, Bytes(bytes_of("record 1")));
  EXPECT_TRUE(died.message.end.known);
  EXPECT_TRUE(WIFEXITED(died.message.end.wait_status));
  EXPECT_EQ(WEXITSTATUS(died.message.end.wait_status), 7);
  EXPECT_GT(died.message.end.max_rss_kib, 0U);
  EXPECT_GE(died.message.end.wall_ns, died.message.held.started_wall_ns);
  EXPECT_TRUE(has_ended(started.pidfd.get()));
}

TEST_F(Keeper, TellsTheSignalThatEndedAWorker) {
  start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  launch(agent, 1, {"wait"});
  agent.send(Signal{WorkerId{1}, SIGKILL});
  const auto died = agent.next_is<WorkerDied>();
  EXPECT_TRUE(WIFSIGNALED(died.message.end.wait_status));
  EXPECT_EQ(WTERMSIG(died.message.end.wait_status), SIGKILL);
}

TEST_F(Keeper, EndsWhatAWorkerHasStarted) {
  start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  Pipe out = make_pipe();
  Launch launch = launch_of(1, {"wait"});
  launch.executable = "/bin/sh";
  launch.arguments = {"sh", "-c", "sleep 1000 & exit 0"};
  agent.send(launch, worker_fds(out.write.get()));
  agent.next_is<WorkerStarted>();
  agent.next_is<WorkerDied>();
  out.write.reset();
  EXPECT_EQ(read_to_end(out.read.get()), "") << "the pipe ends when nobody holds it any more";
}

TEST_F(Keeper, GivesAWorkerItsJailItsSessionItsSignalsAndNoOtherDescriptors) {
  start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  Pipe out = make_pipe();
  const UniqueFd recorder = make_memory("calls");
  launch(agent, 1, {"report"}, out.write.get(), recorder.get());
  out.write.reset();
  EXPECT_EQ(read_to_end(out.read.get()), directory_.string() + "|leader|free|default|0,1,2,3,4,|first");
}

TEST_F(Keeper, PutsTheRecorderWhereTheNextKeeperLooksForIt) {
  start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  const UniqueFd recorder = make_memory("calls");
  const WorkerStarted started = launch(agent, 1, {"wait"}, -1, recorder.get());
  EXPECT_EQ(text_in(open_memfd_of(started.message.pid, recorder_fd)), "calls");
}

TEST_F(Keeper, RefusesWhatCannotBeStartedAndSaysWhy) {
  start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  auto refusal = [&](Launch launch, std::vector<int> fds) {
    agent.send(launch, fds);
    auto refused = agent.next_is<Refused>();
    EXPECT_EQ(refused.request, launch.request);
    return refused.text;
  };
  Launch missing = launch_of(1, {"wait"});
  missing.executable = "/no/such/program";
  EXPECT_EQ(refusal(missing, worker_fds()), "cannot start /no/such/program: No such file or directory");
  Launch homeless = launch_of(2, {"wait"});
  homeless.directory = "/no/such/jail";
  EXPECT_EQ(refusal(homeless, worker_fds()), "cannot start in /no/such/jail: No such file or directory");
  Launch relative = launch_of(3, {"wait"});
  relative.executable = "program";
  EXPECT_THAT(refusal(relative, worker_fds()), ::testing::HasSubstr("absolute path"));
  Launch cut = launch_of(4, {std::string("wa\0it", 5)});
  EXPECT_THAT(refusal(cut, worker_fds()), ::testing::HasSubstr("zero byte"));
  EXPECT_THAT(refusal(launch_of(5, {"wait"}), {null_.get()}), ::testing::HasSubstr("1 descriptors"));
  launch(agent, 6, {"wait"});
  EXPECT_THAT(refusal(launch_of(6, {"wait"}), worker_fds()), ::testing::HasSubstr("already"));
}

TEST_F(Keeper, IsTheOnlyOneOfItsDirectory) {
  const pid_t first = start_keeper();
  PlayedAgent agent = next_agent();
  const int status = wait_for(start_keeper());
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), exit_held);
  auto err = read_file(directory_ / "err", 1 << 20);
  ASSERT_TRUE(err.has_value());
  EXPECT_THAT(*err, ::testing::HasSubstr("the keeper with pid " + std::to_string(first) + " already holds"));
}

TEST_F(Keeper, ShutsDownWhenTheAgentAsksAndLeavesNoProcess) {
  const pid_t keeper = start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  launch(agent, 1, {"wait"});
  agent.send(Shutdown{60'000});
  EXPECT_EQ(agent.next_is<Stopping>().grace_ms, 60'000U);
  EXPECT_EQ(WTERMSIG(agent.next_is<WorkerDied>().message.end.wait_status), SIGTERM);
  EXPECT_EQ(wait_for(keeper), 0);
  EXPECT_THAT(children_of(::getpid()), ::testing::IsEmpty());
}

TEST_F(Keeper, KillsWorkersThatDoNotEndWithinTheGrace) {
  const pid_t keeper = start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  Pipe out = make_pipe();
  launch(agent, 1, {"stubborn"}, out.write.get());
  await_readable(out.read.get());  // From here on it ignores SIGTERM.
  agent.send(Shutdown{1});
  agent.next_is<Stopping>();
  EXPECT_EQ(WTERMSIG(agent.next_is<WorkerDied>().message.end.wait_status), SIGKILL);
  EXPECT_EQ(wait_for(keeper), 0);
}

TEST_F(Keeper, RefusesLaunchesWhileItShutsDown) {
  const pid_t keeper = start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  Pipe out = make_pipe();
  launch(agent, 1, {"stubborn"}, out.write.get());
  await_readable(out.read.get());
  agent.send(Shutdown{60'000});
  agent.next_is<Stopping>();
  agent.send(launch_of(2, {"wait"}), worker_fds());
  EXPECT_EQ(agent.next_is<Refused>().text, "the keeper is shutting down");
  agent.send(Signal{WorkerId{1}, SIGKILL});
  agent.next_is<WorkerDied>();
  EXPECT_EQ(wait_for(keeper), 0);
}

TEST_F(Keeper, ShutsDownOnSigtermWithWhatItsWorkersLeftBehind) {
  const pid_t keeper = start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  Pipe out = make_pipe();
  launch(agent, 1, {"orphan"}, out.write.get());
  agent.next_is<WorkerDied>();
  launch(agent, 2, {"wait"});
  out.write.reset();
  std::array<char, 32> orphan{};
  ASSERT_GT(::read(out.read.get(), orphan.data(), orphan.size() - 1), 0);
  EXPECT_THAT(children_of(keeper), ::testing::Contains(std::atoi(orphan.data())));
  ::kill(keeper, SIGTERM);
  EXPECT_EQ(wait_for(keeper), 0);
  EXPECT_THAT(children_of(::getpid()), ::testing::IsEmpty());
  EXPECT_NE(::kill(std::atoi(orphan.data()), 0), 0);
}

TEST_F(Keeper, LeaksNothingOverManyWorkers) {
  const pid_t keeper = start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  const UniqueFd recorder = make_memory("calls");
  const std::size_t before = open_descriptors(keeper);
  for (std::uint64_t id = 1; id <= 200; ++id) {
    launch(agent, id, {"wait"}, -1, recorder.get());
    agent.send(Signal{WorkerId{id}, SIGKILL});
    agent.next_is<WorkerDied>();
    agent.send(Acknowledge{WorkerId{id}});
    if (HasFailure()) return;
  }
  launch(agent, 1000, {"exit", "0"});  // Answered, so all before it has been done.
  agent.next_is<WorkerDied>();
  EXPECT_EQ(open_descriptors(keeper), before);
  EXPECT_THAT(children_of(keeper), ::testing::ElementsAre(agent.pid));
}

TEST_F(Keeper, StartsAnotherAgentWhenOneSendsGarbage) {
  start_keeper();
  for (const std::string& garbage : {std::string("\x7f"), std::string("\x01garbage"),
                                     std::string(limits::keeper_message_bytes + 1, '\x01')}) {
    PlayedAgent agent = next_agent();
    agent.inventory();
    ASSERT_EQ(::send(agent.client->fd(), garbage.data(), garbage.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(garbage.size()));
  }
  PlayedAgent agent = next_agent();
  agent.inventory();
  launch(agent, 1, {"exit", "0"});
  agent.next_is<WorkerDied>();
}

TEST_F(Keeper, IgnoresMessagesAboutWorkersThatItDoesNotHold) {
  start_keeper();
  PlayedAgent agent = next_agent();
  agent.inventory();
  agent.send(Signal{WorkerId{5}, SIGKILL});
  agent.send(Signal{WorkerId{5}, 100000});
  agent.send(Acknowledge{WorkerId{5}});
  agent.send(Update{WorkerId{5}, Bytes(bytes_of("x"))});
  launch(agent, 1, {"wait"});
  agent.send(Signal{WorkerId{1}, 100000});
  agent.send(Acknowledge{WorkerId{1}});  // It lives, so this is no acknowledgement.
  agent.send(Signal{WorkerId{1}, SIGKILL});
  agent.next_is<WorkerDied>();
}

}  // namespace
}  // namespace circuit::keeper
