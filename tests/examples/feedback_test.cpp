#include "spawn/agent_interface.hpp"
#include "support/host.hpp"

namespace circuit::support {
namespace {

class Feedback : public Host {};

TEST_F(Feedback, GoesThroughAChannelAndLeavesNoWorker) {
  const Outcome outcome = run({CIRCUIT_FEEDBACK});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "Roundtrip complete.\n");
  EXPECT_TRUE(eventually([&] {
    auto status = console().ask(spawn::agent_interface().status);
    return status.has_value() && status->workers == 0;
  }));
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << "more than keeper and agent: " << names_of(processes_of(directory()));
}

}  // namespace
}  // namespace circuit::support
