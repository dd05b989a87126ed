// Agents and keepers that are killed, with real processes.
#include <fstream>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/journal.hpp"
#include "keeper/process.hpp"
#include "keeper/stage.hpp"

namespace circuit::keeper {
namespace {

using KeeperDeath = Stage;
using AgentDeath = Stage;

TEST_F(AgentDeath, HandsTheInventoryToTheNext) {
  start_keeper();
  PlayedAgent first = next_agent();
  first.inventory();
  const UniqueFd recorder = make_memory("calls in flight");
  const WorkerStarted started = launch(first, 1, {"wait"}, -1, recorder.get());
  launch(first, 2, {"wait"});
  first.send(Update{WorkerId{1}, Bytes(bytes_of("updated"))});
  ::kill(first.pid, SIGKILL);

  PlayedAgent second = next_agent();
  EXPECT_NE(second.pid, first.pid);
  const std::vector<KeeperEvent> inventory = second.inventory();
  ASSERT_EQ(inventory.size(), 2U);
  const auto& held = std::get<WorkerHeld>(inventory[0]);
  EXPECT_EQ(held.message.held.worker, WorkerId{1});
  EXPECT_EQ(held.message.held.pid, started.message.pid);
  EXPECT_EQ(held.message.held.start_ticks, started.message.start_ticks);
  EXPECT_EQ(held.message.held.started_wall_ns, started.message.started_wall_ns);
  EXPECT_EQ(held.message.held.record, Bytes(bytes_of("updated")));
  EXPECT_EQ(text_in(held.recorder), "calls in flight");
  EXPECT_FALSE(std::get<WorkerHeld>(inventory[1]).recorder);
  EXPECT_FALSE(has_ended(held.pidfd.get()));
  EXPECT_TRUE(send_signal(held.pidfd.get(), SIGKILL));
  await_readable(held.pidfd.get());
  EXPECT_EQ(second.next_is<WorkerDied>().message.held.worker, WorkerId{1});
}

TEST_F(AgentDeath, TellsTheNextOfTheDeathsInBetweenUntilTheyAreAcknowledged) {
  const pid_t keeper = start_keeper();
  PlayedAgent first = next_agent();
  first.inventory();
  const UniqueFd recorder = make_memory("last calls");
  const WorkerStarted worker = launch(first, 1, {"wait"}, -1, recorder.get());
  // While the keeper is stopped both die, the agent first.
  ::kill(keeper, SIGSTOP);
  await_stopped(keeper);
  const UniqueFd agent = open_pidfd(first.pid);
  ::kill(first.pid, SIGKILL);
  send_signal(worker.pidfd.get(), SIGKILL);
  await_readable(agent.get());
  await_readable(worker.pidfd.get());
  ::kill(keeper, SIGCONT);

  for (int i = 0; i < 2; ++i) {
    PlayedAgent next = next_agent();
    std::vector<KeeperEvent> inventory = next.inventory();
    ASSERT_EQ(inventory.size(), 1U);
    const auto& died = std::get<WorkerDied>(inventory[0]);
    EXPECT_TRUE(died.message.end.known);
    EXPECT_EQ(WTERMSIG(died.message.end.wait_status), SIGKILL);
    EXPECT_EQ(text_in(died.recorder), "last calls");
    if (i == 1) next.send(Acknowledge{WorkerId{1}});
    ::kill(next.pid, SIGKILL);
  }
  EXPECT_TRUE(next_agent().inventory().empty());
}

TEST_F(KeeperDeath, LeavesTheWorkersToTheNextKeeper) {
  const pid_t first_keeper = start_keeper();
  PlayedAgent first = next_agent();
  first.inventory();
  const UniqueFd recorder = make_memory("calls in flight");
  const WorkerStarted worker = launch(first, 1, {"wait"}, -1, recorder.get());
  const WorkerStarted other = launch(first, 2, {"wait"});
  launch(first, 3, {"exit", "3"});
  first.next_is<WorkerDied>();
  ::kill(first_keeper, SIGKILL);
  wait_for(first_keeper);
  EXPECT_FALSE(has_ended(worker.pidfd.get()));
  // This one dies while there is no keeper.
  send_signal(other.pidfd.get(), SIGKILL);
  wait_for(other.message.pid);

  start_keeper();
  PlayedAgent second = next_agent();
  const std::vector<KeeperEvent> inventory = second.inventory();
  ASSERT_EQ(inventory.size(), 3U);
  const auto& held = std::get<WorkerHeld>(inventory[0]);
  EXPECT_EQ(held.message.held.worker, WorkerId{1});
  EXPECT_EQ(held.message.held.record, Bytes(bytes_of("record 1")));
  EXPECT_EQ(text_in(held.recorder), "calls in flight");
  const auto& lost = std::get<WorkerDied>(inventory[1]);
  EXPECT_EQ(lost.message.held.worker, WorkerId{2});
  EXPECT_FALSE(lost.message.end.known);
  const auto& journalled = std::get<WorkerDied>(inventory[2]);
  EXPECT_TRUE(journalled.message.end.known);
  EXPECT_EQ(WEXITSTATUS(journalled.message.end.wait_status), 3);

  second.send(Signal{WorkerId{1}, SIGKILL});
  const auto died = second.next_is<WorkerDied>();
  EXPECT_EQ(died.message.held.worker, WorkerId{1});
  EXPECT_FALSE(died.message.end.known);
  EXPECT_EQ(text_in(died.recorder), "calls in flight");
}

TEST_F(KeeperDeath, LetsTheNextShutDownWhatItAdopted) {
  const pid_t first_keeper = start_keeper();
  PlayedAgent first = next_agent();
  first.inventory();
  const WorkerStarted worker = launch(first, 1, {"wait"});
  ::kill(first_keeper, SIGKILL);
  wait_for(first_keeper);
  const pid_t second_keeper = start_keeper();
  PlayedAgent second = next_agent();
  second.inventory();
  ::kill(second_keeper, SIGTERM);
  EXPECT_EQ(wait_for(second_keeper), 0);
  EXPECT_TRUE(has_ended(worker.pidfd.get()));
}

TEST_F(KeeperDeath, EndsAnAgentThatHangsWithoutItsKeeper) {
  const pid_t first_keeper = start_keeper();
  PlayedAgent first = next_agent();
  first.inventory();
  const UniqueFd agent = open_pidfd(first.pid);
  ::kill(first.pid, SIGSTOP);
  ::kill(first_keeper, SIGKILL);
  wait_for(first_keeper);
  start_keeper();
  next_agent().inventory();
  EXPECT_TRUE(has_ended(agent.get()));
}

TEST_F(KeeperDeath, IsSurvivedByAJournalWithATornTail) {
  const pid_t first_keeper = start_keeper();
  PlayedAgent first = next_agent();
  first.inventory();
  launch(first, 1, {"wait"});
  ::kill(first_keeper, SIGKILL);
  wait_for(first_keeper);
  std::ofstream(directory_ / "journal", std::ios::app | std::ios::binary).write("\x40\0\0\0torn", 8);
  start_keeper();
  EXPECT_EQ(next_agent().inventory().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "journal.damaged"));
}

TEST_F(KeeperDeath, IsNotMadeWorseByAJournalOfGarbage) {
  std::ofstream(directory_ / "journal") << "this is no journal, whatever its name says";
  start_keeper();
  PlayedAgent agent = next_agent();
  EXPECT_TRUE(agent.inventory().empty());
  launch(agent, 1, {"exit", "0"});
  agent.next_is<WorkerDied>();
  EXPECT_TRUE(std::filesystem::exists(directory_ / "journal.damaged"));
}

TEST_F(KeeperDeath, LeavesAnotherProcessOfTheSamePidAlone) {
  // A journal that names a live process, this one, but another start time.
  Journal journal(directory_ / "journal");
  const JournalWorker worker{
      HeldWorker{WorkerId{1}, ::getpid(), *start_ticks_of(::getpid()) + 1, 7, {}}, false, {}};
  ASSERT_TRUE(journal.rewrite({&worker}, {}).has_value());
  const pid_t keeper = start_keeper();
  const std::vector<KeeperEvent> inventory = next_agent().inventory();
  ASSERT_EQ(inventory.size(), 1U);
  EXPECT_FALSE(std::get<WorkerDied>(inventory[0]).message.end.known);
  ::kill(keeper, SIGTERM);
  EXPECT_EQ(wait_for(keeper), 0);
}

}  // namespace
}  // namespace circuit::keeper
