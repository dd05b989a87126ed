#include "support/host.hpp"

namespace circuit::support {
namespace {

class Relay : public Host {};

TEST_F(Relay, RestsInOneWorkerThroughAnother) {
  const Outcome outcome = run({CIRCUIT_RELAY, "0.1"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("Resting 0.1 s in R")) << outcome.out;
  EXPECT_NE(outcome.out.find("\nRested, through R"), std::string::npos) << outcome.out;
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << "more than keeper and agent: " << names_of(processes_of(directory()));
}

TEST_F(Relay, TakesNothingButATime) {
  for (const char* wrong : {"-1", "1e9", "nan"}) {
    const Outcome outcome = run({CIRCUIT_RELAY, wrong});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "relay: the argument is a number of seconds from 0 to 86400\n");
  }
}

}  // namespace
}  // namespace circuit::support
