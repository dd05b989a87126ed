#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

class Patience : public Host {};

// The function outlasts every deadline there is; the receive waits for what the daemon sends after 60 s.
TEST_F(Patience, AFunctionOf90SecondsAndAReceiveOf60AreNotCut) {
  const Outcome outcome = Program({CIRCUIT_PATIENCE, "90", "60"}).wait(std::chrono::seconds(180));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "received 1\nworked to the end: 1\n");
}

}  // namespace
}  // namespace circuit::support
