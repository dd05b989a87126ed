#include <gmock/gmock.h>
#include <random>

#include "support/host.hpp"

namespace circuit::support {
namespace {

class BooksOfProcesses : public Host {};

TEST_F(BooksOfProcesses, EqualTheOraclesWhileProcessesAreKilled) {
  const std::string seed = std::to_string(std::random_device{}());
  const Outcome outcome = run({CIRCUIT_BOOKS, is_long() ? "600" : "5", seed});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, ::testing::EndsWith("the books are equal\n"));
}

}  // namespace
}  // namespace circuit::support
