#include <boost/json.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;

/// A server of one mode, and clients that do a piece of work with it.
class Peer : public ::testing::TestWithParam<const char*> {
 protected:
  Peer() {
    EXPECT_TRUE(eventually([&] { return server_.out().starts_with("READY ") || server_.has_ended(); }))
        << server_.err();
  }

  /// The line of a short run.
  boost::json::object line(std::vector<std::string> work) {
    std::vector<std::string> command = {
        CIRCUIT_PEER, "client", "--mode", GetParam(), "--seconds",    "0.05",
        "--warmup",   "0.01",   "--port", number(),   "--server-pid", std::to_string(server_.pid())};
    command.insert(command.end(), work.begin(), work.end());
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.status == 0 ? boost::json::parse(outcome.out).as_object() : boost::json::object();
  }
  std::string number() const {
    const std::string text = server_.out().substr(6);
    return text.substr(0, text.find('\n'));
  }

  Program server_{{CIRCUIT_PEER, "server", "--mode", GetParam(), "--port", "0"}};
};

TEST_P(Peer, DoesEachWorkAndPrintsItsFigures) {
  const std::vector<std::vector<std::string>> works = {
      {"--work", "w1"},
      {"--work", "w2", "--outstanding", "64"},
      {"--work", "w3", "--threads", "4"},
      {"--work", "w4", "--payload", "65536", "--outstanding", "8"},
      {"--work", "w5"},
      {"--work", "w5", "--pipelined"},
      {"--work", "w5", "--outstanding", "8"}};
  for (const auto& work : works) {
    const auto figures = line(work);
    ASSERT_FALSE(figures.empty());
    EXPECT_EQ(figures.at("work").as_string(), work[1]);
    EXPECT_EQ(figures.at("mode").as_string(), GetParam());
    EXPECT_GT(figures.at("calls").as_int64(), 0);
    EXPECT_GT(figures.at("p50").as_double(), 0);
    EXPECT_GE(figures.at("p99").as_double(), figures.at("p50").as_double());
    EXPECT_GT(figures.at("srv_cpu_us").as_double(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, Peer, ::testing::Values("pool", "inline", "coroutine"),
                         [](const auto& mode) { return std::string(mode.param); });

TEST(PeerProgram, SpawnsOnAnAgentOfItsOwnWhichIsGoneAfterwards) {
  Program client({CIRCUIT_PEER, "client", "--work", "w6", "--seconds", "0.2", "--warmup", "0"});
  const auto directory = std::filesystem::temp_directory_path() /
                         fmt::format("circuit-peer-{}", ::geteuid()) / std::to_string(client.pid());
  const Outcome outcome = client.wait();
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_GT(boost::json::parse(outcome.out).at("p50").as_double(), 0);
  EXPECT_TRUE(eventually([&] { return processes_of(directory).empty(); }));
}

TEST(PeerProgram, SaysWhatIsWrong) {
  EXPECT_THAT(run({CIRCUIT_PEER, "client", "--port", "1"}).err, HasSubstr("there is no server 1"));
  EXPECT_THAT(run({CIRCUIT_PEER, "server", "--mode", "fast"}).err,
              HasSubstr("a mode begins with inline, pool or coroutine, and 'fast' does not"));
}

}  // namespace
}  // namespace circuit::support
