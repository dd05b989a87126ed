// Every panel, drawn into nothing.
#include "gui/stage.hpp"

namespace circuit::gui::testing {
namespace {

using Panels = Stage;

TEST_F(Panels, AnEmptyClusterSaysHowToFillIt) {
  frames(3);
  EXPECT_TRUE(sees_text("No worker runs.")) << seen();
  EXPECT_TRUE(sees_text("circuit spawn")) << seen();
  EXPECT_NE(canvas->drawn().find(Drawn::Kind::widget, "Spawn a worker"), nullptr);
  state->tab = Tab::calls;
  frames(2);
  EXPECT_TRUE(sees_text("No call is in flight.")) << seen();
}

TEST_F(Panels, OneWorkerIsOneRowWithAllItsFacts) {
  cluster.change({worker(0x1f)});
  frames(3);
  EXPECT_TRUE(sees(Drawn::Kind::row, {"live", "R000000000000001f", "localhost", "1031", "sleep(60)", "/t"}))
      << seen();
  act("click row R000000000000001f");
  EXPECT_EQ(state->selected(), WorkerId{0x1f});
  frames();
  EXPECT_TRUE(sees_text("detail R000000000000001f"));
  EXPECT_TRUE(sees_text("/usr/bin/app"));
  EXPECT_TRUE(sees_text("0000000000000abc"));
}

TEST_F(Panels, OfTenThousandWorkersOnlyThoseInSightAreDrawn) {
  const auto all = workers(10'000);
  cluster.change(all);
  cluster.change_calls(calls(all, 10'000));
  frames(3);
  EXPECT_EQ(state->visible().size(), 10'000U);
  std::size_t rows = 0;
  for (const auto& item : canvas->drawn().items()) rows += item.kind == Drawn::Kind::row;
  EXPECT_GT(rows, 15U);
  EXPECT_LT(rows, 60U);
  EXPECT_LT(vertices(), 60'000);
  act("key End");
  frames(3);
  EXPECT_TRUE(sees(Drawn::Kind::row, {state->visible().back()->worker->address.id.string()}))
      << "the table follows";
  state->tab = Tab::calls;
  state->tree.set_unfolded("/host/localhost", true);
  frames(3);
  EXPECT_TRUE(sees(Drawn::Kind::call, {"aggregator.top", "running"})) << seen();
  EXPECT_LT(vertices(), 60'000);
}

TEST_F(Panels, HostileTextIsShownAndDoesNothing) {
  cluster.change(hostile_workers());
  cluster.change_calls(hostile_calls());
  cluster.change_hosts(
      {{"localhost", true, {}, start_ns}, {hostile_texts()[0], false, hostile_texts()[7], 0}});
  state->cluster_name = hostile_texts()[3];
  state->workers.set_order({Column::id, false});
  frames(3);
  EXPECT_TRUE(sees(Drawn::Kind::row, {"%s%n%d%999999s"})) << seen();
  EXPECT_TRUE(sees(Drawn::Kind::row, {"##same"}));
  for (std::uint64_t id = 1; id <= hostile_texts().size(); ++id) {
    state->select(WorkerId{id});
    for (const std::string& path : hostile_texts()) state->tree.set_unfolded("/" + path, true);
    frames(2);
    EXPECT_TRUE(sees_text("detail " + WorkerId{id}.string()));
  }
  state->tab = Tab::calls;
  frames(2);
  EXPECT_TRUE(sees(Drawn::Kind::call, {"%s%n%d%999999s"})) << seen();
  for (const std::string& text : hostile_texts()) {
    state->set_filter(text);
    frames(2);
  }
  for (const auto& item : canvas->drawn().items()) EXPECT_LT(item.label.size(), 64U * 1024);
}

TEST_F(Panels, ALostAgentIsSaidAndNothingCanBeDone) {
  cluster.change({worker(1)});
  frames(3);
  EXPECT_TRUE(sees_text("Connected to 1 host")) << seen();
  EXPECT_TRUE(canvas->drawn().find(Drawn::Kind::widget, "Spawn")->enabled);
  cluster.change_hosts({{"localhost", false, "the agent has ended", start_ns - 7 * second_ns}});
  frames(3);
  EXPECT_TRUE(sees_text("Disconnected")) << seen();
  EXPECT_TRUE(sees_text("stale"));
  EXPECT_TRUE(sees_text("the agent has ended"));
  EXPECT_FALSE(canvas->drawn().find(Drawn::Kind::widget, "Spawn")->enabled);
  act("key n");
  EXPECT_EQ(state->dialog, Dialog::none);
  state->select(WorkerId{1});
  act("key Delete");
  EXPECT_EQ(state->dialog, Dialog::none);
}

TEST_F(Panels, BeforeTheFirstAgentItSaysWhatItWaitsFor) {
  cluster.change_hosts({});
  frames(3);
  EXPECT_TRUE(sees_text("No agent is heard yet.")) << seen();
  EXPECT_TRUE(sees_text("Looking for an agent"));
}

TEST_F(Panels, AHeaderSortsAndASecondClickTurnsTheOrder) {
  cluster.change({worker(3), worker(1), worker(2)});
  act("click \"PID\"");
  EXPECT_EQ(state->visible().front()->worker->address.id, WorkerId{1});
  act("click \"PID\"");
  EXPECT_EQ(state->visible().front()->worker->address.id, WorkerId{3});
}

TEST_F(Panels, TheFilterIsTypedAndTakenBack) {
  cluster.change({worker(1, "greet", R"(["world"])"), worker(2)});
  act("key /\ntype greet");
  EXPECT_EQ(state->workers.filter_text(), "greet");
  EXPECT_EQ(state->visible().size(), 1U);
  act("key Escape");
  EXPECT_EQ(state->workers.filter_text(), "");
  act("fill Filter state:nonsense\nkey Enter");
  EXPECT_EQ(state->visible().size(), 0U);
  act("click \"Clear the filter\"");
  EXPECT_EQ(state->visible().size(), 2U);
}

TEST_F(Panels, TheKeyboardMovesMarksAndSteps) {
  cluster.change({worker(1), worker(2), worker(3)});
  state->workers.set_order({Column::id, false});
  act("key Down\nkey j");
  EXPECT_EQ(state->selected(), WorkerId{2});
  act("key Space");
  EXPECT_EQ(state->marks(), std::set<WorkerId>{WorkerId{2}});
  EXPECT_EQ(state->selected(), WorkerId{3});
  act("key Ctrl+A");
  EXPECT_EQ(state->marks().size(), 3U);
  act("key Escape\nkey Escape");
  EXPECT_TRUE(state->marks().empty());
  EXPECT_FALSE(state->selected());
}

TEST_F(Panels, TheTreeFoldsAndFilters) {
  cluster.change({worker(1), worker(2)});
  act("click \"fold /host\"\nclick \"/t\"");
  EXPECT_FALSE(state->tree.is_unfolded("/host"));
  EXPECT_EQ(state->workers.filter_text(), "anchor:/t");
  act("key Right");
  EXPECT_TRUE(state->tree.is_unfolded("/t"));
  act("key Down\nkey Enter");
  EXPECT_EQ(state->selected(), WorkerId{1});
  act("click \"/t\"");
  EXPECT_EQ(state->workers.filter_text(), "");
}

TEST_F(Panels, TheCallsOfTheSelectedWorkerStandInItsDetail) {
  const auto all = workers(3);
  cluster.change(all);
  cluster.change_calls(calls(all, 3));
  frames(2);
  state->select(all[1].address.id);
  frames(2);
  EXPECT_TRUE(sees_text("in " + all[0].address.id.string() + " aggregator.top(")) << seen();
  EXPECT_TRUE(sees_text("out " + all[2].address.id.string() + " reducer.add(")) << seen();
  act("key 2");
  EXPECT_EQ(state->tab, Tab::calls);
  act("key j\nkey j");
  EXPECT_EQ(state->selected(), all[2].address.id) << "the callee of the second call";
  act("key Enter");
  EXPECT_EQ(state->selected(), all[1].address.id) << "its caller";
}

TEST_F(Panels, EveryThemeSizeAndZoomDraws) {
  cluster.change(workers(50));
  for (const ImVec2 size : {ImVec2{640, 400}, ImVec2{1024, 640}, ImVec2{2560, 1440}, ImVec2{100, 50}}) {
    ImGui::GetIO().DisplaySize = size;
    for (ThemeChoice theme : {ThemeChoice::light, ThemeChoice::system}) {
      state->theme = theme;
      frames(2);
      EXPECT_GT(vertices(), 0);
    }
  }
  ImGui::GetIO().DisplaySize = {1440, 900};
  canvas->view().zoom = ViewState::most_zoom;
  frames(2);
  EXPECT_TRUE(sees_text("Connected to 1 host"));
}

}  // namespace
}  // namespace circuit::gui::testing
