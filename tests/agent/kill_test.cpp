// Killed workers leave the tree at once.
#include <algorithm>
#include <csignal>
#include <gmock/gmock.h>
#include <iostream>

#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class Kill : public Host {
 protected:
  void SetUp() override { start(); }

  spawn::WorkerRecord sleeper(std::vector<std::string> anchors = {"/x/y"}) {
    auto worker =
        console().spawn({.function = "sleep", .arguments = "[3600]", .anchors = std::move(anchors)});
    EXPECT_TRUE(eventually([&] { return console().is_live(worker.address.id); }));
    return worker;
  }

  /// How long it takes from `end_it` until no directory shows the worker.
  template <class End>
  double vanishing_ms(End end_it) {
    const auto worker = sleeper();
    const auto begin = Steady::now();
    end_it(worker);
    EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
    return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
  }

  template <class End>
  void expect_quick(const char* what, End end_it) {
    std::vector<double> times;
    for (int i = 0; i < 20; ++i) times.push_back(vanishing_ms(end_it));
    std::sort(times.begin(), times.end());
    std::cout << what << ": gone from the tree in " << times[10] << " ms (median of 20), at most "
              << times.back() << " ms\n";
    RecordProperty("median_ms", std::to_string(times[10]));
    EXPECT_LT(times[10], 1000);
  }
};

TEST_F(Kill, ShowsTheProcessAndItsAnchorsBefore) {
  const Outcome spawned = circuit({"spawn", "localhost", "-a", "/x/y", "-a", "/z", "-d", "sleep", "60"});
  ASSERT_EQ(spawned.status, 0) << spawned.err;
  const std::string id = spawned.out.substr(0, spawned.out.find(' '));
  const auto pid = static_cast<pid_t>(std::stol(spawned.out.substr(id.size())));
  EXPECT_THAT(names_of({pid}), HasSubstr(id));
  auto tree = console().tree();
  ASSERT_TRUE(tree.has_value());
  EXPECT_THAT(*tree, UnorderedElementsAre("/host/localhost/" + id, "/x/y/" + id, "/z/" + id));
  std::size_t shown = 0;
  const boost::json::value listing = circuit_json({"ls", "--json", "/..."});
  for (const auto& line : listing.as_array())
    if (const auto* worker = line.as_object().if_contains("worker")) {
      EXPECT_EQ(worker->at("id").as_string(), id);
      EXPECT_EQ(worker->at("pid").as_int64(), pid);
      ++shown;
    }
  EXPECT_EQ(shown, 3u);
}

TEST_F(Kill, InOrderTakesAnchorsAndEmptyDirectoriesAway) {
  expect_quick("kill in order",
               [&](const auto& worker) { EXPECT_TRUE(console().kill(worker.address.id).has_value()); });
}

TEST_F(Kill, BySignalTakesAnchorsAndEmptyDirectoriesAway) {
  expect_quick("kill by signal", [&](const auto& worker) {
    EXPECT_TRUE(console().kill(worker.address.id, SIGKILL).has_value());
  });
}

TEST_F(Kill, FromOutsideTakesAnchorsAndEmptyDirectoriesAway) {
  expect_quick("killed from outside",
               [&](const auto& worker) { EXPECT_EQ(::kill(worker.address.pid, SIGKILL), 0); });
}

TEST_F(Kill, LeavesTheNeighboursInTheDirectory) {
  const auto stays = sleeper({"/x", "/x/y"}), goes = sleeper({"/x/y/z"});
  ASSERT_TRUE(console().kill(goes.address.id, SIGKILL).has_value());
  EXPECT_TRUE(eventually([&] {
    auto tree = console().tree();
    return tree && tree->size() == 3;
  }));
  const std::string id = stays.address.id.string();
  EXPECT_THAT(*console().tree(), UnorderedElementsAre("/host/localhost/" + id, "/x/" + id, "/x/y/" + id));
}

TEST_F(Kill, OfOneThatDoesNotHeedItEndsWithTheGrace) {
  const auto worker = console().spawn({.function = "stay_stubbornly", .executable = CIRCUIT_DEEDS});
  ASSERT_TRUE(eventually([&] { return read_text(jail(worker.address.id) / "out") == "staying\n"; }));
  ASSERT_TRUE(console().kill(worker.address.id, 0, 100).has_value());
  EXPECT_TRUE(eventually([&] { return console().is_dead(worker.address.id); }));
  EXPECT_FALSE(lives(worker.address.pid));
}

TEST_F(Kill, OfAStoppedOneEndsWithTheGrace) {
  const auto worker = sleeper();
  ASSERT_TRUE(stop(worker.address.pid));
  ASSERT_TRUE(console().kill(worker.address.id, 0, 100).has_value());
  EXPECT_TRUE(eventually([&] { return console().is_dead(worker.address.id); }));
}

TEST_F(Kill, RequestsAStopThatTheFunctionSees) {
  const auto worker = console().spawn({.function = "stay", .executable = CIRCUIT_DEEDS});
  ASSERT_TRUE(eventually([&] { return read_text(jail(worker.address.id) / "out") == "staying\n"; }));
  ASSERT_TRUE(console().kill(worker.address.id).has_value());
  EXPECT_TRUE(eventually([&] { return console().is_dead(worker.address.id); }));
  EXPECT_EQ(read_text(jail(worker.address.id) / "out"), "staying\ntold to stop\n");
  EXPECT_THAT(console().worker(worker.address.id)->cause.text, HasSubstr("exited with 0, as the test asked"));
}

TEST_F(Kill, OfADeadOrUnknownOneSaysSo) {
  const auto worker = sleeper();
  ASSERT_TRUE(console().kill(worker.address.id, SIGKILL).has_value());
  ASSERT_TRUE(eventually([&] { return console().is_dead(worker.address.id); }));
  const Outcome again = circuit({"kill", worker.address.id.string()});
  EXPECT_NE(again.status, 0);
  EXPECT_THAT(again.err, HasSubstr("dead already"));
  EXPECT_NE(circuit({"kill", "R0123456789abcdef"}).status, 0);
}

}  // namespace
}  // namespace circuit::support
