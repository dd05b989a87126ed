#include <gmock/gmock.h>
#include <random>

#include "support/host.hpp"

namespace circuit::support {
namespace {

class BooksOfProcesses : public Host {};

TEST_F(BooksOfProcesses, EqualTheOraclesWhileProcessesAreKilled) {
  const std::string seed = std::to_string(std::random_device{}());
  const int seconds = is_long() ? 600 : 5;
  const Outcome outcome =
      Program({CIRCUIT_BOOKS, std::to_string(seconds), seed}).wait(std::chrono::seconds(seconds + 120));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, ::testing::EndsWith("the books are equal\n"));
}

}  // namespace
}  // namespace circuit::support
