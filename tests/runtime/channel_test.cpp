#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

class ChannelOfProcesses : public Host {};

TEST_F(ChannelOfProcesses, KeepsAMillionValuesInOrderWhileTheForwardingProcessIsReplaced) {
  const Outcome outcome = run({CIRCUIT_FORWARDING, "1000000", "5"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "1000000 of 1000000, in order\n");
}

}  // namespace
}  // namespace circuit::support
