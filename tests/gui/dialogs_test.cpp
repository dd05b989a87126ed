// The dialogs, and what they ask of the cluster.
#include <csignal>
#include <mutex>

#include "gui/stage.hpp"

namespace circuit::gui::testing {
namespace {

class Dialogs : public Stage {
 protected:
  Dialogs() {
    cluster.on_spawn = [this](const monitor::SpawnRequest& request, monitor::FunctionOutcome outcome) {
      std::lock_guard lock(mutex);
      spawns.push_back(request);
      outcomes.push_back(std::move(outcome));
      return spawn_answer;
    };
    cluster.on_kill = [this](const monitor::KillRequest& request) {
      std::lock_guard lock(mutex);
      kills.push_back(request);
      return kill_answer;
    };
  }

  std::mutex mutex;
  std::vector<monitor::SpawnRequest> spawns;
  std::vector<monitor::FunctionOutcome> outcomes;
  std::vector<monitor::KillRequest> kills;
  Result<spawn::WorkerRecord> spawn_answer = worker(0x77);
  Result<void> kill_answer;
};

TEST_F(Dialogs, AClickFillsTheFormAndSpawns) {
  act(R"(click "Spawn"
wait text "Spawn a worker"
wait widget "Function"
click "Function"
click "sleep"
fill "seconds" 600
fill "Anchors" "/t /deep/er"
click "Spawn"
wait text "runs on localhost, pid 1119.")");
  ASSERT_EQ(spawns.size(), 1U);
  EXPECT_EQ(spawns[0].function, "sleep");
  EXPECT_EQ(spawns[0].arguments, "[600]");
  EXPECT_EQ(spawns[0].anchors, (std::vector<std::string>{"/t", "/deep/er"}));
  EXPECT_EQ(spawns[0].executable, "/opt/circuit/bin/circuit");
  EXPECT_FALSE(spawns[0].detached);
  cluster.change({worker(0x77)});
  act("click \"Show it\"");
  EXPECT_EQ(state->dialog, Dialog::none);
  EXPECT_EQ(state->selected(), WorkerId{0x77});
  outcomes[0](WorkerId{0x77}, std::string("\"done \\u00e9\""));
  act("wait text \"The function returned\"\nwait text \"done \xC3\xA9\"");
}

TEST_F(Dialogs, EnterSpawnsAndEscapeCloses) {
  act("key n\nwait widget Function\nkey Enter\nwait text \"runs on localhost\"");
  ASSERT_EQ(spawns.size(), 1U);
  EXPECT_EQ(spawns[0].arguments, R"(["world"])");
  act("key Escape\nkey j");
  EXPECT_EQ(state->dialog, Dialog::none);
  // A closed dialog holds nothing back.
  act("click \"Calls\"");
  EXPECT_EQ(state->tab, Tab::calls);
}

TEST_F(Dialogs, AWrongArgumentIsSaidAndNotSent) {
  act(R"(key n
wait widget "Function"
click "Function"
click "scale"
fill "size" 300
wait text "u8: from 0 to 255"
key Enter)");
  EXPECT_TRUE(spawns.empty());
  act("fill \"size\" 7\nclick \"keep\"\nfill \"sizes\" \"[1\"\nwait text \"this is not JSON\"");
  EXPECT_TRUE(spawns.empty());
  act("fill \"sizes\" \"[3, 4]\"\nfill \"Anchors\" nonsense\nwait text \"is no path\"\nfill \"Anchors\" "
      "/x\nkey Enter\nwait text pid");
  ASSERT_EQ(spawns.size(), 1U);
  EXPECT_EQ(spawns[0].arguments, "[7,false,[3, 4]]");
}

TEST_F(Dialogs, ASpawnThatFailsSaysWhyInOneSentence) {
  spawn_answer = failure(ErrorKind::refused, "localhost has no such function");
  act("key n\nwait widget Function\nkey Enter\nwait text \"refused: localhost has no such function\"");
}

TEST_F(Dialogs, KillNamesTheProcessAndCancelIsTheDefault) {
  cluster.change({worker(1), worker(2)});
  act("click row R0000000000000002\nkey Delete\nwait text \"Kill this worker, pid 1002?\"\nkey Enter\nkey "
      "Enter");
  EXPECT_EQ(state->dialog, Dialog::kill) << "Enter does not kill";
  act("key Space");
  EXPECT_EQ(state->dialog, Dialog::none) << "the keyboard stands on Cancel";
  EXPECT_TRUE(kills.empty());
  act("key Delete\nclick \"Kill\"");
  EXPECT_TRUE(support::eventually([&] {
    frames();
    return state->dialog == Dialog::none;
  }));
  ASSERT_EQ(kills.size(), 1U);
  EXPECT_EQ(kills[0].id, WorkerId{2});
  EXPECT_EQ(kills[0].signal, 0);
  EXPECT_EQ(kills[0].grace_ms, 5000U);
}

TEST_F(Dialogs, ManyAreKilledOnlyWhenTheirNumberIsTyped) {
  cluster.change({worker(1), worker(2), worker(3)});
  act("key Ctrl+A\nkey Delete\nwait text \"Kill 3 workers?\"\nclick \"How\"\nclick \"Send KILL at once\"");
  frames(2);
  ASSERT_NE(canvas->drawn().find(Drawn::Kind::widget, "Kill 3"), nullptr);
  EXPECT_FALSE(canvas->drawn().find(Drawn::Kind::widget, "Kill 3")->enabled);
  act("fill \"Confirmation\" 3\nclick \"Kill 3\"");
  EXPECT_TRUE(support::eventually([&] {
    frames();
    return state->dialog == Dialog::none;
  }));
  ASSERT_EQ(kills.size(), 3U);
  EXPECT_EQ(kills[0].signal, SIGKILL);
}

TEST_F(Dialogs, AKillThatFailsStaysAndSaysWhy) {
  cluster.change({worker(1)});
  kill_answer = failure(ErrorKind::dead, "it is dead already");
  act("key j\nkey Delete\nclick \"Kill\"\nwait widget \"Close\"");
  EXPECT_EQ(state->dialog, Dialog::kill);
  act("click \"Close\"");
  EXPECT_EQ(state->dialog, Dialog::none);
}

TEST_F(Dialogs, TheTargetsAreThoseOfTheMomentAtWhichItOpened) {
  cluster.change({worker(1), worker(2)});
  act("click row R0000000000000001\nkey Delete\nwait text \"pid 1001\"");
  cluster.change({worker(3)}, {WorkerId{1}});
  state->select(WorkerId{3});
  act("click \"Kill\"");
  EXPECT_TRUE(support::eventually([&] {
    frames();
    return !state->busy() && state->dialog == Dialog::none;
  }));
  ASSERT_EQ(kills.size(), 1U);
  EXPECT_EQ(kills[0].id, WorkerId{1});
}

TEST_F(Dialogs, AllKeysAreShown) {
  act("key ?\nwait text \"The filter\"\nclick \"Close\"");
  EXPECT_EQ(state->dialog, Dialog::none);
}

TEST_F(Dialogs, HostileFunctionsAreShownAndDoNothing) {
  cluster.known_functions.clear();
  for (const std::string& text : hostile_texts())
    cluster.known_functions.push_back({text, text, 1, {{text, text, text}, {"", "text", text}}, text, text});
  cluster.known_functions.push_back({"greet", "greet()", 2, {}, "void", "/a"});
  act("key n\nwait widget Function");
  for (std::size_t i = 0; i < hostile_texts().size(); ++i) {
    state->spawn_form.choose(i);
    frames(2);
  }
  act("click \"Function\"");
  frames(2);
  spawn_answer = failure(ErrorKind::failed, hostile_texts()[3]);
  act("key Escape\nkey n\nwait widget Function");
  state->spawn_form.choose(hostile_texts().size());
  act("key Enter\nwait text failed:");
}

}  // namespace
}  // namespace circuit::gui::testing
