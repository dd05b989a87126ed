#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::UnorderedElementsAre;

class Hello : public Host {
 protected:
  /// Runs hello and returns the id that it prints.
  std::string greet() {
    const Outcome outcome = run({CIRCUIT_HELLO});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out,
                MatchesRegex("Spawned R[0-9a-f]{16}@localhost:[0-9]+\nTime at the worker: .*20[0-9][0-9]\n"));
    return outcome.out.substr(8, 17);
  }
};

TEST_F(Hello, PrintsWhatItSpawnedAndTheTimeThere) { greet(); }

TEST_F(Hello, LeavesAWorkerThatGoesOnGreeting) {
  const std::string id = greet();
  auto tree = console().tree();
  ASSERT_TRUE(tree.has_value());
  EXPECT_THAT(*tree, UnorderedElementsAre("/hello/" + id, "/host/localhost/" + id));
  EXPECT_TRUE(eventually(
      [&] { return read_text(jail(*WorkerId::parse(id)) / "out").starts_with("Hello world!\n"); }));
  EXPECT_EQ(processes_of(directory()).size(), 3u) << names_of(processes_of(directory()));
}

TEST_F(Hello, StandsInTheShellWithThePidOfItsProcess) {
  const std::string id = greet();
  const boost::json::value listing = circuit_json({"ls", "--json", "/hello"});
  ASSERT_EQ(listing.as_array().size(), 1u);
  EXPECT_EQ(listing.at(0).at("path").as_string(), "/hello/" + id);
  const auto pid = static_cast<pid_t>(listing.at(0).at("worker").at("pid").as_int64());
  EXPECT_TRUE(lives(pid));
  EXPECT_THAT(names_of({pid}), HasSubstr(id));
}

TEST_F(Hello, GoesByAnOrdinaryKillWithItsDirectories) {
  const std::string id = greet();
  const Outcome killed = circuit({"kill", "/hello/" + id});
  EXPECT_EQ(killed.status, 0) << killed.err;
  EXPECT_THAT(killed.out, HasSubstr("exited with 0"));
  EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
}

TEST_F(Hello, CanBePipedFromListToKill) {
  const std::string id = greet();
  const Outcome listed = circuit({"ls", "/hello/..."});
  EXPECT_EQ(listed.out, "/hello/" + id + "\n");
  const Outcome killed = circuit({"kill"}, listed.out);
  EXPECT_EQ(killed.status, 0) << killed.err;
  EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
}

}  // namespace
}  // namespace circuit::support
