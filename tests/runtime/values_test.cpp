#include <gmock/gmock.h>

#include "support/host.hpp"

namespace circuit::support {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class Values : public Host {
 protected:
  static std::vector<std::string> lines_of(const std::string& part) {
    const Outcome outcome = run({CIRCUIT_VALUES, part});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    std::vector<std::string> lines;
    for (std::size_t at = 0, end; (end = outcome.out.find('\n', at)) != std::string::npos; at = end + 1)
      lines.push_back(outcome.out.substr(at, end - at));
    return lines;
  }
};

TEST_F(Values, OfManyTypesComeBackAsTheyWere) {
  const auto lines = lines_of("types");
  EXPECT_EQ(lines.size(), 5u);
  EXPECT_THAT(lines, ::testing::Each(HasSubstr("right: ")));
}

TEST_F(Values, ErrorsCarryKindTypeAndText) {
  const auto lines = lines_of("errors");
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_THAT(lines[0], MatchesRegex("failed [|] std::invalid_argument [|] .*what went wrong.*"));
  EXPECT_THAT(lines[1], MatchesRegex("failed [|] int [|] .*"));
  EXPECT_THAT(lines[2], MatchesRegex("invalid [|]  [|] .*CIRCUIT_FUNCTION.*"));
  EXPECT_THAT(lines[3], MatchesRegex("unreachable [|]  [|] .*unknown host 'elsewhere'.*"));
  EXPECT_THAT(lines[4], MatchesRegex("invalid [|]  [|] .*no slash.*"));
  EXPECT_THAT(lines[5], MatchesRegex("invalid [|]  [|] .*within a call.*"));
  EXPECT_THAT(lines[6], MatchesRegex("invalid [|]  [|] .*no worker.*"));
}

TEST_F(Values, LambdasAreFunctions) { EXPECT_THAT(lines_of("lambda"), ::testing::ElementsAre("42 63")); }

TEST_F(Values, TwoRuntimesLiveInOneProcess) {
  EXPECT_THAT(lines_of("two"), ::testing::ElementsAre("right: two identities", "from a worker of the other",
                                                      "from a worker of the other"));
}

}  // namespace
}  // namespace circuit::support
