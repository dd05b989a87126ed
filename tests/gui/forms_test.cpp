#include <csignal>
#include <gtest/gtest.h>

#include "gui/scenes.hpp"
#include "model/kill_form.hpp"
#include "model/spawn_form.hpp"

namespace circuit::gui {
namespace {

TEST(SpawnForm, AsksForWhatIsTyped) {
  SpawnForm form;
  EXPECT_FALSE(form.request());
  form.functions = testing::functions();
  form.choose(1);
  form.argument(0) = "2.5";
  form.anchors = "/x";
  form.detached = true;
  auto request = form.request();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->function, "sleep");
  EXPECT_EQ(request->arguments, "[2.5]");
  EXPECT_EQ(request->anchors, std::vector<std::string>{"/x"});
  EXPECT_TRUE(request->detached);
  EXPECT_EQ(form.command(), "circuit spawn -d localhost -a /x sleep 2.5");
  form.argument(0) = "soon";
  EXPECT_FALSE(form.request());
  EXPECT_EQ(form.command(), "");
}

TEST(SpawnForm, KeepsWhatWasTypedForEachFunction) {
  SpawnForm form;
  form.functions = testing::functions();
  form.argument(0) = "you";
  form.choose(1);
  EXPECT_EQ(form.argument(0), "60");
  form.choose(0);
  EXPECT_EQ(form.argument(0), "you");
}

TEST(SpawnForm, NamesTheExecutableWhereTwoHaveOneName) {
  SpawnForm form;
  form.functions = testing::functions();
  EXPECT_EQ(form.label(0), "greet");
  form.functions.push_back(form.functions[0]);
  form.functions.back().executable = "/b";
  EXPECT_EQ(form.label(3), "greet (/b)");
}

monitor::WorkerPointer target(std::uint64_t id) {
  return std::make_shared<const spawn::WorkerRecord>(testing::worker(id));
}

TEST(KillForm, OneTargetNeedsNoNumberAndManyDo) {
  KillForm one({target(1)});
  EXPECT_TRUE(one.ready());
  KillForm two({target(1), target(2)});
  EXPECT_FALSE(two.ready());
  two.confirmation = "2";
  EXPECT_TRUE(two.ready());
  two.started = true;
  EXPECT_FALSE(two.ready()) << "not twice";
}

TEST(KillForm, AnOrderedStopNeedsAGraceThatMakesSense) {
  KillForm form({target(1)});
  form.grace_s = "soon";
  EXPECT_FALSE(form.ready());
  form.grace_s = "-1";
  EXPECT_FALSE(form.ready());
  form.grace_s = "0.25";
  EXPECT_EQ(form.request(*target(1)).grace_ms, 250U);
  EXPECT_EQ(form.request(*target(1)).signal, 0);
  form.grace_s = "soon";
  form.way = 3;
  EXPECT_TRUE(form.ready());
  EXPECT_EQ(form.request(*target(1)).signal, SIGKILL);
}

TEST(KillForm, IsFinishedWhenEveryTargetHasItsAnswer) {
  KillForm form({target(1), target(2)});
  form.started = true;
  form.note(WorkerId{1}, {KillForm::Progress::sent, {}});
  EXPECT_FALSE(form.finished());
  form.note(WorkerId{2}, {KillForm::Progress::failed, "dead"});
  EXPECT_TRUE(form.finished());
  EXPECT_TRUE(form.failed());
}

}  // namespace
}  // namespace circuit::gui
