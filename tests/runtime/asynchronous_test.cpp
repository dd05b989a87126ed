#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

class Asynchronous : public Host {};

// Five at once, three in a row, four made by a worker function that is a coroutine, one that is cancelled while it runs, and one whose host nobody knows.
TEST_F(Asynchronous, SpawnsTakeCompletionTokensAndCanBeCancelled) {
  const Outcome outcome = run({CIRCUIT_ASYNCHRONOUS});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "30\n8\n16\nbegan\ncancelled\nunreachable\n");
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << "the function that was cancelled has ended: " << names_of(processes_of(directory()));
}

}  // namespace
}  // namespace circuit::support
